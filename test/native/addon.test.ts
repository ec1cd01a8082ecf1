/** The addon's own contract: whatever JavaScript does to it, there is an error or an answer, never a crash. */

import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { beforeAll, describe, expect, test } from 'vitest';
import { mobilenetV2 } from '../../lib/architectures/mobilenet_v2';
import { compile } from '../../lib/compile/compile';
import type { Engine } from '../../lib/engines/engine';
import { loadNativeEngine } from '../../lib/node/engines/native';
import { simplify } from '../../lib/passes/simplify';
import type { Program } from '../../lib/program/program';
import { encode, type Op } from '../../lib/program/schema';
import { addon } from '../support/native_addon';
import { packageRoot } from '../support/package_root';
import { runPort } from '../support/run_port';

/** Doubles: adds 4 pixels of 8 channels to themselves. The input is at 0, the output at 128. */
const DOUBLE: Op<'add'> = {
  name: 'add',
  chunks: 2,
  fields: {
    a: 0,
    a_stride: 8,
    b: 0,
    b_stride: 8,
    output: 128,
    output_stride: 8,
    pixels: 4,
    channels: 8,
    pixels_per_chunk: 2,
    lo: Number.NEGATIVE_INFINITY,
    hi: Number.POSITIVE_INFINITY,
  },
};
const ops = encode([DOUBLE]);
const NO_BYTES = new Uint8Array(0);
const INPUT = { offset: 0, pixels: 4, channelBytes: 32, strideBytes: 32, afterWord: 0 };
const OUTPUT = { offset: 128, pixels: 4, channelBytes: 32, strideBytes: 32, afterWord: ops.length };
const values = Float32Array.from({ length: 32 }, (_, i) => i - 9.5);

type BytePort = { [Field in keyof typeof INPUT]: number } & { flips?: boolean };

function run(session: typeof addon.Session, input: unknown, from: BytePort, to: BytePort): Promise<ArrayBuffer> {
  const running = session.run(input, session.addPort(from), Uint32Array.of(session.addPort(to)));
  return running.then((outputs: ArrayBuffer[] | undefined) => outputs?.[0]);
}

function newSession(words = ops, arenaBytes: unknown = 256, threads: unknown = 2) {
  return new addon.Session('scalar', words, NO_BYTES, arenaBytes, 0, threads);
}

describe.skipIf(!addon)('a session', () => {
  test('runs, and copies pixels whose channels are not dense', async () => {
    const session = newSession();
    expect(new Float32Array(await run(session, values, INPUT, OUTPUT))).toEqual(values.map((v) => 2 * v));
    // 4 pixels of 5 channels in, 3 of 2 channels out.
    const narrow = { ...INPUT, channelBytes: 20 };
    await run(session, values.subarray(0, 20), narrow, OUTPUT);
    const part = await run(session, values.subarray(0, 20), narrow, { ...OUTPUT, pixels: 3, channelBytes: 8 });
    expect(new Float32Array(part)).toEqual(Float32Array.of(...[0, 1, 5, 6, 10, 11].map((i) => 2 * values[i])));
  });

  test('turns the top bit of every byte where that is asked for', async () => {
    const session = newSession();
    const bytes = Int8Array.from({ length: 4 * 29 }, (_, i) => i - 50);
    // Dense, and with room between the pixels.
    for (const strideBytes of [29, 32]) {
      const port = { offset: 0, pixels: 4, channelBytes: 29, strideBytes, afterWord: 0 };
      const answer = new Uint8Array(await run(session, bytes, { ...port, flips: true }, port));
      expect(answer).toEqual(Uint8Array.from(bytes, (value) => value + 128));
    }
  });

  test('stops after the words of the port', async () => {
    const session = newSession();
    await run(session, values, INPUT, { ...OUTPUT, afterWord: 0 });
    expect(new Float32Array(session.readMemory()).subarray(32)).toEqual(new Float32Array(32));
  });

  test('does not care what happens to the input while it runs', async () => {
    const session = newSession();
    const input = values.slice();
    const running = run(session, input, INPUT, OUTPUT);
    structuredClone(input, { transfer: [input.buffer] });
    expect(new Float32Array(await running)).toEqual(values.map((v) => 2 * v));
  });

  test('reads and writes its memory', () => {
    const session = newSession();
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    session.writeMemory(bytes);
    expect(new Uint8Array(session.readMemory())).toEqual(bytes);
    expect(() => session.writeMemory(bytes.subarray(1))).toThrow(TypeError);
    expect(() => session.writeMemory('x')).toThrow(TypeError);
  });

  test('allows one run at a time', async () => {
    const session = newSession();
    const running = run(session, values, INPUT, OUTPUT);
    expect(() => run(session, values, INPUT, OUTPUT)).toThrow('running');
    expect(() => session.readMemory()).toThrow('running');
    expect(() => session.writeMemory(new Uint8Array(256))).toThrow('running');
    await running;
    await run(session, values, INPUT, OUTPUT);
  });

  test('can be closed at any time, more than once', async () => {
    const session = newSession();
    const running = run(session, values, INPUT, OUTPUT);
    session.close();
    session.close();
    expect(await running).toBeUndefined();
    expect(() => run(session, values, INPUT, OUTPUT)).toThrow('closed');
    expect(() => session.readMemory()).toThrow('closed');
  });

  test('can be stopped at any time, and runs again', async () => {
    const session = newSession();
    session.stop();
    for (let round = 0; round < 3; round++) {
      const running = run(session, values, INPUT, OUTPUT);
      session.stop();
      session.stop();
      expect(await running).toBeUndefined();
      session.stop();
      expect(new Float32Array(await run(session, values, INPUT, OUTPUT))).toEqual(values.map((v) => 2 * v));
    }
    session.close();
    session.stop();
    expect(() => addon.Session.prototype.stop.call({})).toThrow();
  });

  test('survives a getter that closes it', () => {
    const session = newSession();
    const trap = {
      ...OUTPUT,
      get afterWord() {
        session.close();
        return ops.length;
      },
    };
    const input = session.addPort(INPUT);
    expect(() => session.run(values, input, Uint32Array.of(session.addPort(trap)))).toThrow('closed');
  });
});

/** There the largest size that an argument may be can be had. */
const is32Bit = process.arch === 'arm';

describe.skipIf(!addon)('weights', () => {
  const LAYER = {
    levels: new Int8Array(12),
    zeroPoints: new Int32Array(1),
    scales: new Float64Array(4),
    bias: new Int32Array(4),
    k: 3,
    inputScale: 1,
    outputScale: 1,
    inputZero: 0,
    inputLo: 0,
    inputHi: 255,
  };
  const GEOMETRY = { packing: 'chain', panel: 16, lastPanel: 24, channelGroup: 8 };

  test('are packed in pieces and taken over once', () => {
    const weights = new addon.Weights(2 ** 30, 2 ** 22);
    for (let piece = 0; piece < 100; piece++) expect(weights.add(new Uint8Array(2 ** 16))).toBe(piece * 2 ** 16);
    expect(weights.q8Panels(LAYER, GEOMETRY).weights).toBe(100 * 2 ** 16);
    new addon.Session('scalar', ops, weights, 256, 0, 1);
    expect(() => weights.add(new Uint8Array(1))).toThrow(expect.objectContaining({ code: 'OUT_OF_MEMORY' }));
    expect(() => new addon.Session('scalar', ops, weights, 256, 0, 1)).toThrow(TypeError);
  });

  test('beyond their limit are OUT_OF_MEMORY', () => {
    const outOfMemory = expect.objectContaining({ code: 'OUT_OF_MEMORY' });
    const weights = new addon.Weights(2 ** 16, 0);
    weights.add(new Uint8Array(2 ** 16));
    expect(() => weights.add(new Uint8Array(1))).toThrow(outOfMemory);
    expect(() => weights.panels(new Float32Array(4), undefined, 4, 8, 8)).toThrow(outOfMemory);
    expect(() => weights.q8Panels(LAYER, GEOMETRY)).toThrow(outOfMemory);
    expect(() => weights.q8Depthwise(LAYER, GEOMETRY)).toThrow(outOfMemory);
  });

  test.skipIf(is32Bit)('that no memory can hold are OUT_OF_MEMORY', () => {
    expect(() => new addon.Weights(2 ** 52, 0)).toThrow(expect.objectContaining({ code: 'OUT_OF_MEMORY' }));
  });

  test.each([
    ['a filter of another type', 'panels', [new Float64Array(4), undefined, 4, 8, 8]],
    ['a filter of another length', 'panels', [new Float32Array(5), undefined, 4, 8, 8]],
    ['a short bias', 'panels', [new Float32Array(8), new Float32Array(1), 4, 8, 8]],
    ['no depth', 'panels', [new Float32Array(4), undefined, 0, 8, 8]],
    ['a depth beyond all memory', 'panels', [new Float32Array(0), undefined, 2 ** 52, 8, 8]],
    ['no panels', 'panels', [new Float32Array(4), undefined, 4, 0, 0]],
    ['no channels', 'depthwise', [new Float32Array(9), undefined, 0, 8]],
    ['no groups', 'depthwise', [new Float32Array(9), undefined, 1, 0]],
    ['a layer that is none', 'q8Panels', [null, GEOMETRY]],
    ['levels of another type', 'q8Panels', [{ ...LAYER, levels: new Int16Array(12) }, GEOMETRY]],
    ['levels of another length', 'q8Panels', [{ ...LAYER, k: 5 }, GEOMETRY]],
    ['three zero points', 'q8Panels', [{ ...LAYER, zeroPoints: new Int32Array(3) }, GEOMETRY]],
    ['a short q8 bias', 'q8Depthwise', [{ ...LAYER, bias: new Int32Array(3) }, GEOMETRY]],
    ['an unknown packing', 'q8Panels', [LAYER, { ...GEOMETRY, packing: 'fives' }]],
    ['groups beyond all memory', 'q8Depthwise', [LAYER, { ...GEOMETRY, channelGroup: 2 ** 52 }]],
    ['numbers', 'add', [[1]]],
  ])('refuse %s', (_, method, args) => {
    const weights = new addon.Weights(2 ** 20, 0);
    expect(() => weights[method](...args)).toThrow(TypeError);
  });

  test('do not believe that an array is still there after a getter', () => {
    const levels = new Int8Array(12);
    const layer = {
      ...LAYER,
      levels,
      get inputHi() {
        structuredClone(levels, { transfer: [levels.buffer] });
        return 255;
      },
    };
    expect(() => new addon.Weights(2 ** 20, 0).q8Panels(layer, GEOMETRY)).toThrow(TypeError);
  });

  test('are what the constructor made, and nothing that looks so', () => {
    const fake = Object.create(addon.Weights.prototype);
    expect(() => new addon.Session('scalar', ops, fake, 256, 0, 1)).toThrow(TypeError);
    expect(() => fake.add(new Uint8Array(1))).toThrow();
    expect(() => new addon.Weights(-1, 0)).toThrow(TypeError);
  });
});

describe.skipIf(!addon)('arguments are refused', () => {
  test.each([
    ['that is no object', 1],
    ['null', null],
    ['without a field', { ...INPUT, pixels: undefined }],
    ['behind the arena', { ...OUTPUT, offset: 132 }],
    ['before the arena', { ...OUTPUT, offset: -4 }],
    ['of overlapping pixels', { ...OUTPUT, strideBytes: 4 }],
    ['without pixels', { ...OUTPUT, pixels: 0 }],
    ['whose size overflows', { ...OUTPUT, pixels: 2 ** 52, strideBytes: 2 ** 52 }],
    ['at a fraction', { ...OUTPUT, offset: 0.5 }],
    ['at NaN', { ...OUTPUT, offset: Number.NaN }],
    ['with words behind the end', { ...OUTPUT, afterWord: ops.length + 1 }],
    ['with words inside a record', { ...OUTPUT, afterWord: 1 }],
  ])('a port %s', (_, port) => {
    expect(() => newSession().addPort(port)).toThrow(TypeError);
  });

  test.each([
    ['nothing', []],
    ['a plain array', [[1, 2, 3], 0, Uint32Array.of(1)]],
    ['a plain array of ports', [values, 0, [1]]],
    ['a wrong length', [values.subarray(1), 0, Uint32Array.of(1)]],
    ['null', [null, null, null]],
    ['an object for a port', [values, INPUT, OUTPUT]],
    ['an unknown port', [values, 0, Uint32Array.of(1, 2)]],
    ['no port', [values, 0, new Uint32Array(0)]],
    ['a list of ports that is none of 32 bits', [values, 0, Uint8Array.of(1)]],
    ['a port before the first', [values, -1, Uint32Array.of(1)]],
  ])('run with %s', (_, args) => {
    const session = newSession();
    session.addPort(INPUT);
    session.addPort(OUTPUT);
    expect(() => session.run(...args)).toThrow(TypeError);
  });

  test.each([
    ['an opcode', 0, 99],
    ['a length of zero', 1, 0],
    ['a negative length', 1, -15],
    ['a length beyond the end', 1, 1000],
    ['a number of chunks', 2, 3],
    ['an address', 7, 256],
    ['a misaligned address', 7, 2],
    ['a stride', 8, 4],
  ])('a program with a wrong record: %s', (_, word, value) => {
    const wrong = ops.slice();
    wrong[word] = value;
    expect(() => newSession(wrong)).toThrow(RangeError);
  });

  test('constructor arguments of the wrong type or number', () => {
    expect(() => new addon.Session()).toThrow(TypeError);
    expect(() => new addon.Session('scalar', new Float32Array(14), NO_BYTES, 256, 0, 1)).toThrow(TypeError);
    expect(() => new addon.Session('nonsense', ops, NO_BYTES, 256, 0, 1)).toThrow(RangeError);
    expect(() => newSession(ops, -1)).toThrow(TypeError);
    expect(() => newSession(ops, Number.POSITIVE_INFINITY)).toThrow(TypeError);
    for (const threads of [0, 65, 1.5, -1, '2', undefined]) {
      expect(() => new addon.Session('scalar', ops, NO_BYTES, 256, 0, threads)).toThrow(TypeError);
    }
    expect(() => newSession(ops.subarray(0, 2))).toThrow(RangeError);
    expect(() => addon.geometry()).toThrow(TypeError);
    expect(() => addon.geometry('nonsense')).toThrow(TypeError);
    expect(() => addon.Session.prototype.run.call({}, values, 0, 0)).toThrow();
    for (const wrong of [undefined, [1], new Float64Array(1)]) expect(() => addon.allFinite(wrong)).toThrow(TypeError);
  });

  test.skipIf(is32Bit)('memory that does not exist is OUT_OF_MEMORY', async () => {
    expect(() => newSession(ops, 2 ** 52)).toThrow(expect.objectContaining({ code: 'OUT_OF_MEMORY' }));
    const engine = loadNativeEngine({ isa: 'scalar' });
    const port = {
      offset: 0,
      shape: [4, 8],
      stride: 8,
      type: 'float32',
      own: 'float32',
      shift: 0,
      afterWord: 0,
    } as const;
    const program = {
      ops,
      weights: NO_BYTES,
      arenaBytes: 2 ** 52,
      scratchBytes: 0,
      threads: 1,
      input: port,
      outputs: [port],
    };
    await expect(engine.load(program)).rejects.toMatchObject({ code: 'OUT_OF_MEMORY' });
  });
});

const picture = Float32Array.from({ length: 96 * 96 * 3 }, (_, i) => Math.sin(i));

describe.skipIf(!addon)('the engine', () => {
  let engine: Engine;
  let program: Program;
  beforeAll(() => {
    engine = loadNativeEngine();
    program = compile(simplify(mobilenetV2({ alpha: 0.35, inputSize: 96, classes: 10 })), engine.geometry);
  });

  test('ends the run in progress when it closes, and says so afterwards', async () => {
    const session = await engine.load(program);
    const running = expect(runPort(session, picture, program.outputs[0])).rejects.toMatchObject({
      code: 'MODEL_CLOSED',
    });
    await session.close();
    await session.close();
    await running;
    for (const use of [
      runPort(session, picture, program.outputs[0]),
      session.readMemory(),
      session.writeMemory(NO_BYTES),
    ]) {
      await expect(use).rejects.toMatchObject({ code: 'MODEL_CLOSED' });
    }
  });

  test('reports a refusal by the addon as a defect of this package', async () => {
    const session = await engine.load(program);
    await expect(runPort(session, picture.subarray(1), program.outputs[0])).rejects.toMatchObject({ code: 'INTERNAL' });
    await expect(engine.load({ ...program, arenaBytes: 64 })).rejects.toMatchObject({ code: 'INTERNAL' });
    await session.close();
  });

  test('loads in many threads, which may be terminated while they run', async () => {
    const script = `
      const { parentPort, workerData } = require('node:worker_threads');
      const { loadNativeEngine } = require(${JSON.stringify(join(packageRoot(), 'dist', 'node', 'engines', 'native'))});
      const { program, picture } = workerData;
      (async () => {
        const session = await loadNativeEngine().load(program);
        parentPort.postMessage((await session.run(picture, program.outputs))[0]);
        for (;;) await session.run(picture, program.outputs);
      })();`;
    const session = await engine.load(program);
    const expected = await runPort(session, picture, program.outputs[0]);
    await session.close();
    for (let round = 0; round < 3; round++) {
      const workers = Array.from(
        { length: 6 },
        () => new Worker(script, { eval: true, workerData: { program, picture } }),
      );
      const answers = workers.map(
        (worker) =>
          new Promise((resolve, reject) => {
            worker.once('message', resolve);
            worker.once('error', reject);
          }),
      );
      for (const answer of await Promise.all(answers)) expect(answer).toEqual(expected);
      await Promise.all(workers.map((worker) => worker.terminate()));
    }
  });

  test('gives its memory back', async () => {
    const rss = async (rounds: number) => {
      for (let round = 0; round < rounds; round++) {
        const session = await engine.load(program);
        await runPort(session, picture, program.outputs[0]);
        await session.close();
      }
      return process.memoryUsage().rss;
    };
    const before = await rss(20);
    expect(program.weights.length + program.arenaBytes).toBeGreaterThan(1.5e6);
    expect((await rss(100)) - before).toBeLessThan(40e6);
  });
});
