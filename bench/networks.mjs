/**
 * The networks that all contestants run: mobilenet-edge's own Graphs with seeded random weights, written to files so
 * that a contestant's process holds nothing but its engine and its model.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serialize } from 'node:v8';
import { importMobilenetEdge } from './mobilenet_edge.mjs';
import { onnxModel } from './onnx_model.mjs';
import { onnxQdqModel } from './onnx_qdq_model.mjs';
import { quantize, withUint8Ports } from './quantize.mjs';
import { randomPicture, randomWeights } from './random.mjs';
import { tfliteModel } from './tflite_model.mjs';

/** `title` is for people; `id` for --network, --json and file names. */
export const NETWORKS = [
  { id: 'v1', title: 'MobileNet v1 1.0/224', build: ({ mobilenetV1 }, weights) => mobilenetV1({ weights }) },
  { id: 'v2', title: 'MobileNet v2 1.0/224', build: ({ mobilenetV2 }, weights) => mobilenetV2({ weights }) },
];

/** Pictures that the ranges of int8 activations are measured with; not those that answers are compared with. */
const CALIBRATION_SEEDS = [101, 102, 103];

const quantized = (float) =>
  quantize(
    float,
    CALIBRATION_SEEDS.map((seed) => randomPicture(float.input.shape, seed)),
  );

const graphFile = (graph) => ['graph', serialize(graph)];
const onnxFile = (bytes) => ['onnx', bytes];
const tfliteFile = (graph) => ['tflite', tfliteModel(graph)];

/**
 * What a network comes as: the Graph of a float32 one with such weights, and the files for it. `graph` is v8-serialized,
 * for tfjs; `tflite_uint8` is the int8 network with uint8 input and output.
 */
const MODELS = {
  float32: {
    weights: 'logistic',
    prepare: async (float) => ({
      graph: float,
      files: [graphFile(float), tfliteFile(float), onnxFile(onnxModel(float))],
    }),
  },
  int8: {
    weights: 'logistic',
    prepare: async (float) => {
      const graph = await quantized(float);
      const uint8File = ['tflite_uint8', tfliteModel(withUint8Ports(graph))];
      return { graph, files: [tfliteFile(graph), uint8File, onnxFile(onnxQdqModel(graph))] };
    },
  },
  int8_uniform: {
    weights: 'uniform',
    prepare: async (float) => {
      const graph = await quantized(float);
      return { graph, files: [tfliteFile(graph)] };
    },
  },
};

/**
 * Writes the `models` named ('float32', 'int8', 'int8_uniform') of a network into a folder of their own.
 * `models` of the result maps each name to { graph, files: paths by kind }; call `remove()` to delete the files.
 */
export async function writeNetwork({ id, build }, models) {
  const package_ = await importMobilenetEdge();
  const folder = await mkdtemp(join(tmpdir(), 'mobilenet-edge-bench-'));
  const written = {};
  for (const name of models) {
    const { weights, prepare } = MODELS[name];
    const { graph, files } = await prepare(build(package_, randomWeights(weights)));
    written[name] = { graph, files: {} };
    for (const [kind, bytes] of files) {
      written[name].files[kind] = join(folder, `${id}_${name}.${kind}`);
      await writeFile(written[name].files[kind], bytes);
    }
  }
  return { models: written, remove: () => rm(folder, { recursive: true }) };
}
