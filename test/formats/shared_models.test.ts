/** Real model files: structure, labels, what they say of pictures, and that damage to them is noticed. */
import { readFileSync, statSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { mobilenetV1 } from '../../lib/architectures/mobilenet_v1';
import { mobilenetV2 } from '../../lib/architectures/mobilenet_v2';
import { MobileNetEdgeError } from '../../lib/base/errors';
import { elementCount } from '../../lib/graph/graph';
import { readModelFile } from '../../lib/node/read_model_file';
import type { Graph } from '../../lib/ops';
import { checkGraph } from '../fixtures/check_graph';
import { randomSource } from '../support/random';
import { hasShared, sharedPath } from '../support/shared';

function operators({ nodes }: Graph): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { op } of nodes) counts[op] = (counts[op] ?? 0) + 1;
  return counts;
}

function parameters({ nodes }: Graph): number {
  const ofNode = (node: Graph['nodes'][number]) =>
    'filter' in node ? elementCount(node.filter.shape) + (node.bias?.shape[0] ?? 0) : 0;
  return nodes.reduce((sum, node) => sum + ofNode(node), 0);
}

const HEAD = { pool: 1, reshape: 1, softmax: 1 };
const V1 = { conv2d: 15, depthwise_conv2d: 13, ...HEAD };
const V2 = { conv2d: 36, depthwise_conv2d: 17, add: 10, ...HEAD };
const VWW = { conv2d: 14, depthwise_conv2d: 13, dense: 1, ...HEAD };
// Its first layer is a depthwise convolution of one channel, and its head a 1x1 convolution.
const PERSON = { conv2d: 14, depthwise_conv2d: 14, ...HEAD };

interface Expected {
  type: string;
  input: number[];
  classes: number;
  ops: Record<string, number>;
  /** A network with as many parameters, from the papers' tables; one channel less costs 3 * 3 * 8 weights. */
  like: { graph: Graph; lacking?: number };
  labels?: [count: number, first: string, last: string];
  preprocess?: object;
}

const v1 = { graph: mobilenetV1({ alpha: 0.25, classes: 1001 }) };
const vww = { graph: mobilenetV1({ alpha: 0.25, inputSize: 96, classes: 2 }) };
const rawBytes = { range: { mean: [128], std: [128] } };
const short: Expected['labels'] = [1001, 'background', 'toilet tissue'];
const long: Expected['labels'] = [1001, 'background', 'toilet tissue, toilet paper, bathroom tissue'];
const picture = { input: [1, 224, 224, 3], classes: 1001 };
const small = { input: [1, 96, 96, 3], classes: 2 };

const MODELS: Record<string, Expected> = {
  'mobilenet_v1_0.25_128_quant.tflite': {
    ...{ ...picture, type: 'uint8', input: [1, 128, 128, 3], ops: V1, like: v1, labels: long, preprocess: rawBytes },
  },
  'mobilenet_v1_0.25_224_quant.tflite': {
    ...{ ...picture, type: 'uint8', ops: V1, like: v1, labels: short, preprocess: rawBytes },
  },
  'mobilenet_v1_0.25_224_float.tflite': { ...picture, type: 'float32', ops: V1, like: v1 },
  'mobilenet_v1_0.25_224_float_metadata.tflite': {
    ...{ ...picture, type: 'float32', ops: V1, like: v1, labels: short, preprocess: { range: '-1..1' } },
  },
  'mobilenet_v2_1.0_224_quant.tflite': {
    ...{ ...picture, type: 'uint8', ops: V2, like: { graph: mobilenetV2({ classes: 1001 }) } },
    ...{ labels: long, preprocess: rawBytes },
  },
  'vww_96_float.tflite': { ...small, type: 'float32', ops: VWW, like: vww },
  'vww_96_int8.tflite': {
    ...{ ...small, type: 'int8', ops: VWW, like: vww },
    preprocess: { range: { mean: [0], std: [expect.closeTo(255, 3)] } },
  },
  'person_detect.tflite': {
    ...{ ...small, type: 'int8', input: [1, 96, 96, 1], ops: PERSON, like: { ...vww, lacking: 2 } },
    preprocess: { range: { mean: [127], std: [expect.closeTo(127.5, 3)] } },
  },
};

describe.skipIf(!hasShared)('real models', () => {
  test.each(Object.entries(MODELS))('%s', async (file, expected) => {
    const { graph, labels, preprocess } = await readModelFile(sharedPath('models', file));
    checkGraph(graph);
    expect(graph.input).toMatchObject({ type: expected.type, shape: expected.input });
    expect(graph.outputs[0].shape).toEqual([1, expected.classes]);
    expect(operators(graph)).toEqual(expected.ops);
    const { graph: table, lacking = 0 } = expected.like;
    expect(parameters(graph)).toBe(parameters(table) - lacking * 3 * 3 * 8);
    expect(labels && [labels.length, labels[0], labels.at(-1)]).toEqual(expected.labels);
    expect(preprocess).toEqual(expected.preprocess);
  });

  test('a Teachable Machine export', async () => {
    const folder = sharedPath('models', 'teachable_machine_food14');
    const { graph, labels, preprocess } = await readModelFile(folder);
    checkGraph(graph);
    expect(operators(graph)).toEqual({
      ...{
        pad: 5,
        conv2d: 35,
        depthwise_conv2d: 17,
        affine: 52,
        activation: 35,
        add: 10,
        pool: 1,
        dense: 2,
        softmax: 1,
      },
    });
    expect([labels!.length, labels![0], labels![13]]).toEqual([14, '달걀', '닭고기']);
    expect(preprocess).toEqual({ crop: 'cover', resize: 'bilinear', range: '-1..1' });
    // Every number of the weight file is used: a batch norm has four a channel.
    const channels = graph.nodes.reduce((sum, node) => sum + (node.op === 'affine' ? node.scale.length : 0), 0);
    expect(parameters(graph) + 4 * channels).toBe(statSync(`${folder}/weights.bin`).size / 4);
  });

  test.each(['vww_96.h5', 'mobilenet_v1_0.25_224.onnx', 'mobilenet_v1_0.25_224.safetensors'])(
    '%s is recognised',
    async (file) => {
      await expect(readModelFile(sharedPath('models', file))).rejects.toMatchObject({ code: 'MODEL_UNSUPPORTED' });
    },
  );

  const tflite = Object.keys(MODELS);
  test.each(tflite)('%s truncated at every 64th part', async (file) => {
    const bytes = new Uint8Array(readFileSync(sharedPath('models', file)));
    for (let part = 0; part < 64; part++) {
      const cut = bytes.subarray(0, Math.floor((bytes.length * part) / 64));
      await expect(readModelFile(cut)).rejects.toMatchObject({ code: 'MODEL_INVALID' });
    }
  });

  test.each(tflite)('%s with changed bytes', async (file) => {
    const bytes = new Uint8Array(readFileSync(sharedPath('models', file)));
    const random = randomSource(bytes.length);
    for (let round = 0; round < 100; round++) {
      // Tables lie at both ends, weights between them.
      const fromEnd = Math.floor(random() * 20_000);
      const at = round % 2 ? fromEnd : bytes.length - 1 - fromEnd;
      const old = bytes[at];
      bytes[at] ^= 1 << Math.floor(random() * 8);
      try {
        checkGraph((await readModelFile(bytes)).graph);
      } catch (error) {
        expect(error).toBeInstanceOf(MobileNetEdgeError);
      }
      bytes[at] = old;
    }
  });
});
