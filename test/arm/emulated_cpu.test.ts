/** That an emulated CPU runs what it is meant to, so that no other test passes by falling back. */
import { expect, test } from 'vitest';
import { mobilenetV2 } from '../../lib/architectures/mobilenet_v2';
import { NATIVE_ISAS } from '../../lib/engines/isas';
import { loadNativeEngine } from '../../lib/node/engines/native';
import { loadWasmEngine } from '../../lib/node/engines/wasm';
import { load } from '../../lib/node/load';
import { enginesUnderTest } from '../support/engines';
import { addon } from '../support/native_addon';

const expected = (process.env.MOBILENET_EDGE_EXPECTED_ISAS ?? '').split(',');

test('the emulated CPU runs the right Node', () => {
  expect(process.arch).toBe(process.env.MOBILENET_EDGE_EXPECTED_ARCH);
});

test('the instruction sets of the emulated CPU are found, and all are tested', async () => {
  expect(addon.isas()).toEqual(expected);
  const engines = await enginesUnderTest();
  expect(engines.map(({ isa }) => isa).filter((isa) => NATIVE_ISAS.includes(isa))).toEqual(expected);
});

test('int8 has kernels of its own with NEON, 32-bit or not', () => {
  const forms = expected.map((isa) => loadNativeEngine({ isa }).geometry.q8?.type);
  expect(forms).toEqual(expected.map((isa) => (isa === 'scalar' ? 'uint8' : 'int8')));
});

test('a model uses the best one of the emulated CPU', async () => {
  const model = await load(mobilenetV2({ alpha: 0.35, inputSize: 96, classes: 3 }));
  expect(model.info).toMatchObject({ backend: 'native', isa: expected.at(-1), fallbackReason: undefined });
  model.close();
});

test('wasm on the emulated CPU decides for itself whether relaxed SIMD can be trusted', async () => {
  const wasm = (await enginesUnderTest()).filter(({ backend }) => backend === 'wasm').map(({ isa }) => isa);
  expect(wasm).toContain('simd128');
  expect((await loadWasmEngine()).isa).toBe(wasm.at(-1));
});
