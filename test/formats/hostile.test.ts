/** Corrupt and hostile files: always a typed error or a consistent Graph, for little work and memory, which are counted. */

import { zipSync } from 'fflate';
import { Builder } from 'flatbuffers';
import { expect, test } from 'vitest';
import { Budget } from '../../lib/base/budget';
import { MobileNetEdgeError } from '../../lib/base/errors';
import { readModelFile, type TfjsArtifacts } from '../../lib/node/read_model_file';
import { checkGraph } from '../fixtures/check_graph';
import { smallFloatNetwork, smallInt8Network } from '../fixtures/small_tflite';
import { artifactsOf, smallModel } from '../fixtures/tfjs_models';
import { buildMetadata, buildTflite } from '../fixtures/tflite_builder';
import { randomSource } from '../support/random';

const CODES = ['MODEL_INVALID', 'MODEL_UNSUPPORTED', 'OPERATOR_UNSUPPORTED'];

/** Values read and written, and bytes taken, for files of a few kilobytes: a thousandth of what they would be allowed. */
const MOST_WORK = 2 ** 20;
const MOST_BYTES = 2 ** 18;

/** 'read', or the code of the error. Anything but a consistent Graph or one of our errors fails the test. */
async function outcome(source: Uint8Array | TfjsArtifacts, codes = CODES): Promise<string> {
  const budget = new Budget({}, 'file');
  let result = 'read';
  try {
    checkGraph((await readModelFile(source, { budget })).graph);
  } catch (error) {
    if (!(error instanceof MobileNetEdgeError)) throw error;
    expect(codes).toContain(error.code);
    result = error.code;
  }
  const size = 'byteLength' in source ? source.byteLength : 0;
  expect(budget.work).toBeLessThan(MOST_WORK + 16 * size);
  expect(budget.bytes).toBeLessThan(MOST_BYTES);
  return result;
}

/** A float and an int8 network with metadata and labels: everything the reader reads. */
function richModels(): Uint8Array[] {
  const metadata = buildMetadata({ mean: [127.5], std: [127.5], labelFiles: [['labels.txt']] });
  return [smallFloatNetwork(), smallInt8Network()].map((network) => {
    const model = buildTflite({ ...network, metadata });
    const archive = zipSync({ 'labels.txt': new TextEncoder().encode('a\nb\nc\nd\ne') });
    const view = new DataView(archive.buffer);
    const directory = view.getUint32(archive.length - 6, true);
    view.setUint32(archive.length - 6, directory + model.length, true);
    view.setUint32(directory + 42, model.length, true);
    return new Uint8Array(Buffer.concat([model, archive]));
  });
}

test('the models of these tests are good', async () => {
  for (const bytes of richModels()) {
    expect(await outcome(bytes)).toBe('read');
    expect((await readModelFile(bytes)).labels).toEqual(['a', 'b', 'c', 'd', 'e']);
  }
});

test('truncation at every byte is a typed error, or a warning where only the labels behind the network are lost', async () => {
  for (const bytes of richModels()) {
    const archive = Buffer.from(bytes).lastIndexOf('PK\x03\x04');
    // The last bytes may only fill up or end a string.
    for (let length = 0; length < archive - 8; length++) {
      expect(await outcome(bytes.slice(0, length))).not.toBe('read');
    }
    for (let length = archive; length < archive + 30; length++) {
      const { labels, warnings } = await readModelFile(bytes.slice(0, length));
      expect(labels).toBeUndefined();
      expect(warnings).toEqual([expect.stringContaining('labels.txt')]);
    }
    for (let length = archive + 30; length < bytes.length; length++) {
      expect(await outcome(bytes.slice(0, length))).toBe('MODEL_INVALID');
    }
  }
});

test('every 32-bit word replaced by extremes', async () => {
  const extremes = [0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffff0, 0x10000000];
  for (const bytes of richModels()) {
    for (let at = 0; at + 4 <= bytes.length; at += 4) {
      for (const extreme of extremes) {
        const copy = bytes.slice();
        new DataView(copy.buffer).setUint32(at, extreme, true);
        await outcome(copy);
      }
    }
  }
});

test('thousands of random changes of 1 to 8 bytes', async () => {
  const random = randomSource(20);
  const models = richModels();
  const seen = new Map<string, number>();
  for (let round = 0; round < 6000; round++) {
    const bytes = models[round % models.length].slice();
    const changes = 1 + Math.floor(random() * 8);
    for (let i = 0; i < changes; i++) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
    const result = await outcome(bytes);
    seen.set(result, (seen.get(result) ?? 0) + 1);
  }
  // The changes must reach the reader, and some must miss what matters.
  expect(seen.get('MODEL_INVALID')).toBeGreaterThan(1000);
  expect(seen.get('read')).toBeGreaterThan(100);
});

test('tables that share one huge vector are refused before they are decoded', async () => {
  const builder = new Builder(1 << 20);
  const count = 100_000;
  builder.startVector(4, count, 4);
  for (let i = 0; i < count; i++) builder.addInt32(1);
  const shape = builder.endVector();
  builder.startObject(4);
  builder.addFieldOffset(0, shape, 0);
  const tensor = builder.endObject();
  builder.startVector(4, count, 4);
  for (let i = 0; i < count; i++) builder.addOffset(tensor);
  const tensors = builder.endVector();
  builder.startVector(4, count, 4);
  for (let i = 0; i < count; i++) builder.addInt32(i);
  const indices = builder.endVector();
  builder.startObject(5);
  builder.addFieldOffset(0, tensors, 0);
  builder.addFieldOffset(1, indices, 0);
  builder.addFieldOffset(2, indices, 0);
  const subgraph = builder.endObject();
  builder.startVector(4, count, 4);
  for (let i = 0; i < count; i++) builder.addOffset(subgraph);
  const subgraphs = builder.endVector();
  builder.startObject(5);
  builder.addFieldInt32(0, 3, 0);
  builder.addFieldOffset(2, subgraphs, 0);
  builder.addFieldOffset(1, subgraphs, 0);
  builder.finish(builder.endObject(), 'TFL3');
  expect(CODES).toContain(await outcome(builder.asUint8Array().slice()));
});

test('a label archive that would unpack to gigabytes', async () => {
  const bytes = richModels()[0];
  const view = new DataView(bytes.buffer);
  const directory = view.getUint32(bytes.length - 6, true);
  view.setUint32(directory + 24, 0xf0000000, true);
  expect(await outcome(bytes)).toBe('MODEL_INVALID');
});

/** Every value in a JSON tree, as a function that replaces it. */
function places(value: unknown): ((replacement: unknown) => void)[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => [
    (replacement: unknown) => Object.assign(value, { [key]: replacement }),
    ...places(child),
  ]);
}

test('every value of a tfjs topology and its weight specs replaced by nonsense', async () => {
  const artifacts = await artifactsOf(smallModel());
  const nonsense = [null, -1, 0, 1.5, 1e300, '', 'toString', [], {}, [[]], [null], true, [[['conv', 1, 0]]]];
  const total = places([artifacts.modelTopology, artifacts.weightSpecs]).length;
  let refused = 0;
  for (let i = 0; i < total; i++) {
    for (const value of nonsense) {
      const { modelTopology, weightSpecs } = structuredClone({
        modelTopology: artifacts.modelTopology,
        weightSpecs: artifacts.weightSpecs,
      });
      places([modelTopology, weightSpecs])[i](value);
      const source = { modelTopology, weightSpecs, weightData: artifacts.weightData };
      if ((await outcome(source, [...CODES, 'INVALID_ARGUMENT'])) !== 'read') refused++;
    }
  }
  expect(refused).toBeGreaterThan(total);
});
