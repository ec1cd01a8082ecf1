/** What JavaScript passes to the addon: arrays over memory of every kind, getters that throw, memory that there is not. */
import { createContext, runInContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { addon } from '../support/native_addon';

const NO_BYTES = new Uint8Array(0);
const NO_OPS = new Int32Array(0);
const TYPES = [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array] as const;
const ALL_TYPES = [...TYPES, Float32Array, Float64Array, BigInt64Array, BigUint64Array] as const;

/** 64 bytes from `offset` on that hold 1, 2, 3, ... */
const MEMORIES: [string, () => { buffer: ArrayBufferLike; offset: number }][] = [
  ['an ArrayBuffer', () => ({ buffer: new ArrayBuffer(64), offset: 0 })],
  ['the middle of one', () => ({ buffer: new ArrayBuffer(128), offset: 24 })],
  ['a SharedArrayBuffer', () => ({ buffer: new SharedArrayBuffer(64), offset: 0 })],
  ['the middle of one that is shared', () => ({ buffer: new SharedArrayBuffer(128), offset: 24 })],
  ['a growable SharedArrayBuffer', () => growable(64)],
  ['a resizable ArrayBuffer', () => ({ buffer: new ArrayBuffer(64, { maxByteLength: 2 ** 20 }), offset: 0 })],
  ['WebAssembly memory', () => ({ buffer: new WebAssembly.Memory({ initial: 1 }).buffer, offset: 64 })],
  [
    'an ArrayBuffer of another realm',
    () => ({ buffer: runInContext('new ArrayBuffer(64)', createContext()), offset: 0 }),
  ],
];

// TypeScript knows no option of SharedArrayBuffer.
function growable(bytes: number): { buffer: SharedArrayBuffer; offset: number } {
  return { buffer: Reflect.construct(SharedArrayBuffer, [bytes, { maxByteLength: 2 ** 20 }]), offset: 0 };
}

function newSession(arenaBytes = 64) {
  const session = new addon.Session('scalar', NO_OPS, NO_BYTES, arenaBytes, 0, 1);
  const port = { offset: 0, pixels: 1, channelBytes: 64, strideBytes: 64, afterWord: 0 };
  return { session, port: session.addPort(port) };
}

/** Of the only output. */
async function valuesOf(run: Promise<ArrayBuffer[]>): Promise<Uint8Array> {
  return new Uint8Array((await run)[0]);
}

const counted = Uint8Array.from({ length: 64 }, (_, i) => i + 1);

describe.skipIf(!addon)('arrays are taken', () => {
  test.each(MEMORIES)('over %s', async (_, memory) => {
    for (const Type of ALL_TYPES) {
      const { buffer, offset } = memory();
      new Uint8Array(buffer, offset, 64).set(counted);
      const view = new Type(buffer as ArrayBuffer, offset, 64 / Type.BYTES_PER_ELEMENT);
      const { session, port } = newSession();
      expect(await valuesOf(session.run(view, port, Uint32Array.of(port))), Type.name).toEqual(counted);
      session.writeMemory(view);
      expect(new Uint8Array(session.readMemory()), Type.name).toEqual(counted);
      const weights = new addon.Weights(2 ** 20, 0);
      weights.add(view);
      expect(new Uint8Array(weights.readMemory()), Type.name).toEqual(counted);
    }
    const { buffer, offset } = memory();
    new Uint8Array(buffer, offset, 64).set(counted);
    const { session, port } = newSession();
    expect(
      await valuesOf(session.run(new DataView(buffer as ArrayBuffer, offset, 64), port, Uint32Array.of(port))),
    ).toEqual(counted);
  });

  test('that follow the length of their memory, as long as it is now', async () => {
    const { session, port } = newSession();
    const memory = new ArrayBuffer(32, { maxByteLength: 128 });
    const tracking = [new Uint8Array(memory), new DataView(memory)];
    for (const view of tracking) expect(() => session.run(view, port, Uint32Array.of(port))).toThrow(TypeError);
    memory.resize(64);
    for (const view of tracking) await session.run(view, port, Uint32Array.of(port));
    const fixed = [new Uint8Array(memory, 0, 64), new DataView(memory, 0, 64)];
    memory.resize(16);
    for (const view of [...tracking, ...fixed])
      expect(() => session.run(view, port, Uint32Array.of(port))).toThrow(TypeError);
  });

  test('that are detached as what they are then: empty', () => {
    const { session, port } = newSession();
    const view = new Float32Array(16);
    structuredClone(view, { transfer: [view.buffer] });
    expect(() => session.run(view, port, Uint32Array.of(port))).toThrow(TypeError);
    expect(() => session.writeMemory(view)).toThrow(TypeError);
    expect(addon.allFinite(view)).toBe(true);
  });
});

describe.skipIf(!addon)('a getter that throws', () => {
  const thrown = new Error('of a getter');
  const geometry = { packing: 'chain', panel: 16, lastPanel: 24, channelGroup: 8 };
  const layer = {
    levels: new Int8Array(12),
    zeroPoints: new Int32Array(1),
    scales: new Float64Array(4),
    bias: undefined,
    k: 3,
    inputScale: 1,
    outputScale: 1,
    inputZero: 0,
    inputLo: 0,
    inputHi: 255,
  };
  const port = { offset: 0, pixels: 1, channelBytes: 64, strideBytes: 64, afterWord: 0, flips: false };
  const weights = () => new addon.Weights(2 ** 20, 0);
  const CALLS: [string, object, string[], (value: object) => unknown][] = [
    ['a port', port, Object.keys(port), (value) => newSession().session.addPort(value)],
    ['a layer', layer, Object.keys(layer), (value) => weights().q8Panels(value, geometry)],
    ['a depthwise layer', layer, Object.keys(layer), (value) => weights().q8Depthwise(value, geometry)],
    ['a geometry', geometry, ['packing', 'panel', 'lastPanel'], (value) => weights().q8Panels(layer, value)],
    ['a depthwise geometry', geometry, ['channelGroup'], (value) => weights().q8Depthwise(layer, value)],
  ];

  test.each(CALLS)('in %s is what the caller catches', (_, good, names, call) => {
    call(good);
    for (const name of names) {
      const bad = {
        ...good,
        get [name]() {
          throw thrown;
        },
      };
      expect(() => call(bad), name).toThrow(thrown);
      const proxy = new Proxy(good, {
        get(target, property) {
          if (property === name) throw thrown;
          return Reflect.get(target, property);
        },
      });
      expect(() => call(proxy), name).toThrow(thrown);
    }
  });

  test('in what inherits from Error leaves an exception', () => {
    Object.defineProperty(Error.prototype, 'code', {
      configurable: true,
      set() {
        throw thrown;
      },
    });
    try {
      expect(() => new addon.Weights(2 ** 52, 0)).toThrow(Error);
    } finally {
      Reflect.deleteProperty(Error.prototype, 'code');
    }
  });
});

// Addresses for so much are there on 64-bit machines, memory is not.
describe.skipIf(!addon || process.arch === 'arm')('an answer that no memory can hold', () => {
  const outOfMemory = expect.objectContaining({ code: 'OUT_OF_MEMORY' });
  const HUGE = 2 ** 42;

  test('is OUT_OF_MEMORY, and the session goes on', async () => {
    let session: typeof addon.Session;
    try {
      session = newSession(HUGE).session;
    } catch (error) {
      // Where the operating system promises no more than it has.
      expect(error).toEqual(outOfMemory);
      return;
    }
    expect(() => session.readMemory()).toThrow(outOfMemory);
    const port = { offset: 0, pixels: 1, channelBytes: 64, strideBytes: 64, afterWord: 0 };
    const input = session.addPort(port);
    const huge = session.addPort({ ...port, channelBytes: HUGE, strideBytes: HUGE });
    await expect(session.run(counted, input, Uint32Array.of(input, huge))).rejects.toEqual(outOfMemory);
    expect(await valuesOf(session.run(counted, input, Uint32Array.of(input)))).toEqual(counted);
  });
});
