/**
 * Mutated model files of every format: an answer or one of our errors, never a raw error, an abort or much memory. In a process of
 * its own with a small heap. MUTATIONS=100000 tries more, MUTATION_SEED others.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  constant,
  ints,
  oneOperator,
  smallFloatNetwork,
  smallInt8Network,
  smallQuantizedClassifier,
} from '../fixtures/small_tflite';
import { artifactsOf, smallModel } from '../fixtures/tfjs_models';
import { buildMetadata, buildTflite, type TestModel, type TestOperator } from '../fixtures/tflite_builder';
import { TfliteChain } from '../fixtures/tflite_chain';
import { sumOutcomes, tryMutants } from '../support/mutation_child';

const COUNT = Number(process.env.MUTATIONS ?? 10_000);
const SEED = Number(process.env.MUTATION_SEED ?? 1);

const folder = mkdtempSync(join(tmpdir(), 'mobilenet-edge-mutation-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** With metadata, and labels in an archive at its end. */
function withLabels(network: TestModel, labels: string): Uint8Array {
  const metadata = buildMetadata({
    mean: [127.5],
    std: [127.5],
    labelFiles: [['labels.txt'], ['labels_de.txt', 'de']],
  });
  const model = buildTflite({ ...network, metadata });
  const archive = zipSync({ 'labels.txt': new TextEncoder().encode(labels) });
  const view = new DataView(archive.buffer);
  const directory = view.getUint32(archive.length - 6, true);
  view.setUint32(archive.length - 6, directory + model.length, true);
  view.setUint32(directory + 42, model.length, true);
  return new Uint8Array(Buffer.concat([model, archive]));
}

function tfliteFiles(): Uint8Array[] {
  const halves = constant(
    [4, 1, 1, 8],
    Uint16Array.from({ length: 32 }, (_, i) => 0x3800 + i),
    { type: 'FLOAT16' },
  );
  const hybrid = constant(
    [4, 1, 1, 8],
    Int8Array.from({ length: 32 }, (_, i) => i - 16),
    {
      ...{ type: 'INT8' as const, quantization: { scale: [0.1], zeroPoint: [0] } },
    },
  );
  const alone = new TfliteChain({ name: 'in', shape: [1, 4, 4, 8] })
    .push('RELU', { shape: [1, 4, 4, 8] })
    .push('MUL', { shape: [1, 4, 4, 8] }, [constant([8])], [21])
    .push('PAD', { shape: [1, 6, 6, 8] }, [
      { shape: [4, 2], type: 'INT32', data: Int32Array.of(0, 0, 1, 1, 1, 1, 0, 0) },
    ])
    .push(
      'MAX_POOL_2D',
      { shape: [1, 3, 3, 8] },
      [],
      [5, [1, 'int32', 2], [2, 'int32', 2], [3, 'int32', 2], [4, 'int32', 2]],
    )
    .push('RESHAPE', { shape: [1, 72] }, [ints(1, 72)])
    .push('LOGISTIC', { shape: [1, 72] });
  const conv: TestOperator['options'] = [1, [1, 'int32', 1], [2, 'int32', 1]];
  return [
    withLabels(smallFloatNetwork(), 'a\nb\nc\nd\ne'),
    withLabels(smallQuantizedClassifier('UINT8'), '0 a\n1 b\n2 c'),
    buildTflite(smallInt8Network()),
    buildTflite(smallQuantizedClassifier('INT8')),
    alone.bytes(),
    buildTflite(oneOperator('CONV_2D', [1, 4, 4, 8], [1, 4, 4, 4], [halves], conv)),
    buildTflite(oneOperator('CONV_2D', [1, 4, 4, 8], [1, 4, 4, 4], [hybrid], conv)),
  ];
}

/** A nested model that is called twice. */
function nestedTopology(): object {
  const input = (name: string) => ({
    ...{ class_name: 'InputLayer', name, inbound_nodes: [] },
    config: { name, batch_input_shape: [null, 4, 4, 8] },
  });
  const add = { class_name: 'Add', name: 'a', config: { name: 'a' }, inbound_nodes: [Array(3).fill(['x', 0, 0, {}])] };
  const inner = { name: 'm', input_layers: [['x', 0, 0]], output_layers: [['a', 0, 0]], layers: [input('x'), add] };
  const calls = [[['i', 0, 0, {}]], [['m', 1, 0, {}]]];
  const layers = [input('i'), { class_name: 'Functional', name: 'm', config: inner, inbound_nodes: calls }];
  const config = { name: 'r', input_layers: [['i', 0, 0]], output_layers: [['m', 2, 0]], layers };
  return { class_name: 'Functional', config };
}

beforeAll(async () => {
  for (const [i, bytes] of tfliteFiles().entries()) writeFileSync(join(folder, `${i}.tflite`), bytes);
  const { modelTopology, weightSpecs, weightData } = await artifactsOf(smallModel());
  const write = (name: string, topology: object, specs: object[], data: ArrayBuffer): void => {
    writeFileSync(join(folder, `${name}.json`), JSON.stringify({ modelTopology: topology, weightSpecs: specs }));
    writeFileSync(join(folder, `${name}.bin`), new Uint8Array(data));
  };
  write('small', modelTopology, weightSpecs, weightData);
  write('nested', nestedTopology(), [], new ArrayBuffer(0));
});

test(`${COUNT} mutants are answered or refused`, async () => {
  const reports = await tryMutants('models.mjs', folder, COUNT, SEED);
  for (const { wrong, counted, kinds } of reports) {
    expect(wrong).toEqual([]);
    expect(counted).toBeLessThanOrEqual(2 ** 28 + 2 ** 24);
    expect(Object.keys(kinds)).toHaveLength(14);
  }
  // Mutants must get everywhere: some still run, and every way of refusing a model is seen.
  const outcomes = sumOutcomes(reports);
  for (const code of ['answer', 'MODEL_INVALID', 'MODEL_UNSUPPORTED', 'OPERATOR_UNSUPPORTED']) {
    expect(outcomes.get(code) ?? 0, code).toBeGreaterThan(COUNT / 500);
  }
}, 3_600_000);
