/** Right arguments for everything that the addon exports, and objects to call methods on. */
const { TYPES, newArray, written } = require('./memory.cjs');
const { chance, integer, oneOf } = require('./random.cjs');

const GEOMETRY = { packing: 'chain', panel: 16, lastPanel: 24, channelGroup: 8 };

const newGeometry = () => ({
  ...GEOMETRY,
  packing: oneOf(['chain', 'pairs', 'quads', 'sixteens']),
  panel: oneOf([8, 16]),
});

const newLayer = () => ({
  levels: newArray(oneOf(['Int8', 'Uint8']), 12),
  zeroPoints: newArray('Int32', oneOf([1, 4])),
  scales: newArray('Float64', oneOf([1, 4])),
  bias: oneOf([undefined, newArray('Int32', 4)]),
  k: 3,
  inputScale: 1,
  outputScale: 1,
  inputZero: 0,
  inputLo: 0,
  inputHi: 255,
});

/** An array of these words over memory of any kind. */
function arrayOf(words, type = 'Int32') {
  const ops = newArray(type, words.length);
  for (let i = 0; ArrayBuffer.isView(ops) && i < words.length; i++) ops[i] = words[i];
  return ops;
}

/** Weights that another thread writes. */
const changingWeights = () => new Uint8Array(oneOf(written.filter(({ byteLength }) => byteLength >= 4096)), 0, 4096);

/** A few of the addon's objects, of which new ones take the place of old ones. */
class Objects {
  sessions = [];
  weights = [];

  constructor(addon, program) {
    this.addon = addon;
    this.program = program;
    this.refresh();
  }

  keep(list, value) {
    if (list.length < 8) list.push(value);
    else list[integer(7)] = value;
  }

  refresh() {
    this.keep(this.weights, new this.addon.Weights(2 ** 16, oneOf([0, 4096])));
    const ops = Int32Array.from(this.program);
    const session = new this.addon.Session('scalar', ops, new Uint8Array(0), 256, 0, oneOf([1, 2]));
    for (const offset of [0, 128]) session.addPort({ ...this.newPort(), offset });
    this.keep(this.sessions, session);
  }

  newPort() {
    const afterWord = oneOf([0, this.program.length]);
    return { offset: oneOf([0, 128]), pixels: 4, channelBytes: 32, strideBytes: 32, afterWord, flips: chance(50) };
  }

  /** What a getter may do in the middle of a call. */
  act() {
    const { Session } = this.addon;
    const session = oneOf(this.sessions);
    const acts = [
      () => session.close(),
      () => session.stop(),
      () => session.addPort(this.newPort()),
      () => session.run(new Float32Array(32), 0, Uint32Array.of(1)).catch(() => undefined),
      () => new Session('scalar', new Int32Array(0), oneOf(this.weights), 64, 0, 1),
      () => oneOf(this.weights).add(new Uint8Array(2 ** 12)),
      () => globalThis.gc(),
    ];
    try {
      oneOf(acts)();
    } catch {
      // A session may be closed or running, weights may be taken.
    }
  }
}

/**
 * For each function something that makes [callee, receiver, right arguments]; the receiver is 'new' for constructors.
 * `changing` are words like `programs.double` that another thread writes.
 */
function functionsOf(addon, objects, { double, product }, changing) {
  const isas = addon.isas();
  const best = isas[isas.length - 1];
  const packing = JSON.parse(addon.geometry(best)).q8.packing;
  const ofWeights = (method, args) => [addon.Weights.prototype[method], oneOf(objects.weights), args];
  const ofSession = (method, args) => [addon.Session.prototype[method], oneOf(objects.sessions), args];
  const filter = (length) => {
    const type = oneOf(['Float32', 'Uint16']);
    return [newArray(type, length), oneOf([undefined, newArray(type, 8)])];
  };
  const programs = [
    () => ['scalar', arrayOf(double), new Uint8Array(0), 256, 0, oneOf([1, 2])],
    () => [oneOf(isas), new Int32Array(changing), newArray('Uint8', 64), 256, 0, 1],
    () => [oneOf(isas), arrayOf(double), new addon.Weights(2 ** 16, 0), 256, 64, 2],
    () => [best, arrayOf(packing === 'chain' ? product.chained : product.plain), changingWeights(), 4096, 0, 1],
  ];
  return {
    isas: () => [addon.isas, undefined, []],
    geometry: () => [addon.geometry, undefined, [oneOf(isas)]],
    allFinite: () => [addon.allFinite, undefined, [newArray('Float32', 16)]],
    'new Weights': () => [addon.Weights, 'new', [2 ** 16, oneOf([0, 4096])]],
    'new Session': () => [addon.Session, 'new', oneOf(programs)()],
    'weights.add': () => ofWeights('add', [newArray(oneOf(TYPES), oneOf([0, 1, 16]))]),
    'weights.panels': () => ofWeights('panels', [...filter(32), 4, 8, 8]),
    'weights.depthwise': () => ofWeights('depthwise', [...filter(72), 8, 8]),
    'weights.q8Panels': () => ofWeights('q8Panels', [newLayer(), newGeometry()]),
    'weights.q8Depthwise': () => ofWeights('q8Depthwise', [newLayer(), newGeometry()]),
    'weights.byteLength': () => ofWeights('byteLength', []),
    'weights.readMemory': () => ofWeights('readMemory', []),
    'session.addPort': () => ofSession('addPort', [objects.newPort()]),
    'session.run': () => {
      const input = newArray(oneOf(['Float32', 'Uint32']), 32);
      const ports = Array.from({ length: 1 + integer(2) }, () => integer(1));
      return ofSession('run', [input, integer(1), arrayOf(ports, 'Uint32'), chance(20)]);
    },
    'session.stop': () => ofSession('stop', []),
    'session.close': () => ofSession('close', []),
    'session.readMemory': () => ofSession('readMemory', []),
    'session.writeMemory': () => ofSession('writeMemory', [newArray('Uint8', 256)]),
  };
}

module.exports = { Objects, functionsOf };
