/** Whole networks on an emulated CPU, by the engine and instruction set that a user gets there, against golden outputs. */
import { expect, test } from 'vitest';
import { type LoadOptions, load } from '../../lib/node/load';
import {
  goldenBytes,
  goldenFloats,
  goldenPicture,
  goldenTensor,
  hasShared,
  readGolden,
  sharedPath,
} from '../support/shared';

const expectedIsa = (process.env.MOBILENET_EDGE_EXPECTED_ISAS ?? '').split(',').at(-1);
const golden = hasShared ? readGolden() : undefined;
const INT8 = 'v2_1.0_224_quant';
const FLOAT32 = 'v1_0.25_96_vww_float';
const V2_FLOAT32 = 'tm_tfjs_food14_ko';
const hasHalves = process.env.MOBILENET_EDGE_EXPECTED_HALVES === '1';

/** Loads a golden model, has `check` see its first runs, and tells which instruction set answered. */
async function onFirstRuns(
  id: string,
  count: number,
  options: LoadOptions,
  check: (data: ArrayLike<number>, image: string, output: string) => void,
): Promise<string> {
  const { models, runs } = golden!;
  const { file, input } = models[id];
  const model = await load(sharedPath('models', file), options);
  for (const [image, run] of Object.entries(runs[id]).slice(0, count)) {
    const isInteger = model.info.precision === 'int8';
    const tensor = isInteger
      ? goldenTensor(models[id], image)
      : Float32Array.from(goldenPicture(input.size, image), (x) =>
          input.encoding === 'f01' ? x / 255 : x / 127.5 - 1,
        );
    const { data } = await model.predict(tensor);
    check(data, image, isInteger ? run.out_xnn! : run.out);
  }
  model.close();
  return model.info.isa;
}

function expectSameBytes(data: ArrayLike<number>, image: string, output: string): void {
  expect(Uint8Array.from(data), image).toEqual(goldenBytes(output));
}

function expectWithin(tolerance: number, data: ArrayLike<number>, image: string, output: string): void {
  const expected = goldenFloats(output);
  expect(data.length).toBe(expected.length);
  const worst = expected.reduce((max, value, i) => Math.max(max, Math.abs(value - data[i])), 0);
  expect(worst, image).toBeLessThan(tolerance);
}

function expectClose(data: ArrayLike<number>, image: string, output: string): void {
  expectWithin(1e-5, data, image, output);
}

/** What docs/precision.md says of halves, and the same best class. */
function expectNear(data: ArrayLike<number>, image: string, output: string): void {
  expectWithin(0.03, data, image, output);
  const best = (values: ArrayLike<number>): number => Array.from(values).indexOf(Math.max(...Array.from(values)));
  expect(best(data), image).toBe(best(goldenFloats(output)));
}

test.skipIf(!hasShared)('MobileNet v2 int8, byte for byte', async () => {
  expect(await onFirstRuns(INT8, 3, {}, expectSameBytes)).toBe(expectedIsa);
});

test.skipIf(!hasShared)('MobileNet v2 int8 on wasm, byte for byte', async () => {
  expect(await onFirstRuns(INT8, 1, { backend: 'wasm' }, expectSameBytes)).toMatch(/simd/);
});

test.skipIf(!hasShared)('MobileNet v1 float32, within 1e-5', async () => {
  expect(await onFirstRuns(FLOAT32, 9, {}, expectClose)).toBe(expectedIsa);
  expect(await onFirstRuns(FLOAT32, 2, { backend: 'wasm' }, expectClose)).toMatch(/simd/);
});

test.skipIf(!hasShared || !hasHalves)('MobileNet v2 and v1 in halves, near float32', async () => {
  expect(await onFirstRuns(V2_FLOAT32, 9, { precision: 'float16' }, expectNear)).toBe(expectedIsa);
  expect(await onFirstRuns(FLOAT32, 9, { precision: 'float16' }, expectNear)).toBe(expectedIsa);
});
