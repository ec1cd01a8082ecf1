/** tfjs layers models that are refused, each with the code and the words that help. */
import { describe, expect, test } from 'vitest';
import { readModelFile, type TfjsArtifacts } from '../../lib/node/read_model_file';
import { artifactsOf, smallModel } from '../fixtures/tfjs_models';

describe('what is refused', () => {
  type Topology = {
    config: {
      layers: { class_name: string; name: string; config: Record<string, unknown>; inbound_nodes: unknown }[];
    } & Record<string, unknown>;
  };
  const spoiled = async (change: (topology: Topology, artifacts: Record<string, unknown>) => void) => {
    const artifacts = structuredClone(await artifactsOf(smallModel())) as unknown as Record<string, unknown>;
    change(artifacts.modelTopology as Topology, artifacts);
    return readModelFile(artifacts as unknown as TfjsArtifacts);
  };
  const layerOf = (topology: Topology, kind: string) =>
    topology.config.layers.find((layer) => layer.class_name === kind)!;

  test.each<[string, string, RegExp, (topology: Topology, artifacts: Record<string, unknown>) => void]>([
    [
      'an unknown layer',
      'OPERATOR_UNSUPPORTED',
      /conv \(LocallyConnected2D\)/,
      (t) => (layerOf(t, 'Conv2D').class_name = 'LocallyConnected2D'),
    ],
    [
      'a prototype as a layer',
      'OPERATOR_UNSUPPORTED',
      /toString/,
      (t) => (layerOf(t, 'Conv2D').class_name = 'toString'),
    ],
    [
      'an unknown activation',
      'OPERATOR_UNSUPPORTED',
      /conv \(Conv2D\).*swish/,
      (t) => (layerOf(t, 'Conv2D').config.activation = 'swish'),
    ],
    [
      'channels first',
      'OPERATOR_UNSUPPORTED',
      /channels_first/,
      (t) => (layerOf(t, 'Conv2D').config.data_format = 'channels_first'),
    ],
    ['causal padding', 'OPERATOR_UNSUPPORTED', /causal/, (t) => (layerOf(t, 'Conv2D').config.padding = 'causal')],
    ['groups', 'OPERATOR_UNSUPPORTED', /groups/, (t) => (layerOf(t, 'Conv2D').config.groups = 3)],
    [
      'a leaky ReLU',
      'OPERATOR_UNSUPPORTED',
      /negative_slope 0.1/,
      (t) => (layerOf(t, 'ReLU').config.negative_slope = 0.1),
    ],
    [
      'normalization along rows',
      'OPERATOR_UNSUPPORTED',
      /last axis/,
      (t) => (layerOf(t, 'BatchNormalization').config.axis = 1),
    ],
    ['a graph model', 'MODEL_UNSUPPORTED', /graph model/, (_t, a) => (a.modelTopology = { node: [] })],
    [
      'a batch of 4',
      'MODEL_UNSUPPORTED',
      /\[4, 9, 7, 3\]/,
      (t) => (layerOf(t, 'InputLayer').config.batch_input_shape = [4, 9, 7, 3]),
    ],
    [
      'a free size',
      'MODEL_UNSUPPORTED',
      /fixed size/,
      (t) => (layerOf(t, 'InputLayer').config.batch_input_shape = [null, null, null, 3]),
    ],
    ['no output', 'MODEL_UNSUPPORTED', /output_layers/, (t) => (t.config.output_layers = [])],
    [
      'half a buffer',
      'MODEL_INVALID',
      /bytes of weights/,
      (_t, a) => (a.weightData = (a.weightData as ArrayBuffer).slice(4)),
    ],
    [
      'a missing weight',
      'MODEL_INVALID',
      /lacks its weight conv\/kernel/,
      (_t, a) => ((a.weightSpecs as { name: string }[])[0].name = 'x/kernel'),
    ],
    [
      'a weight twice',
      'MODEL_INVALID',
      /twice/,
      (_t, a) => ((a.weightSpecs as { name: string }[])[1].name = 'conv/kernel'),
    ],
    [
      'a weight of another shape',
      'MODEL_INVALID',
      /expects conv\/kernel to be \[3, 3, 3, 6\]/,
      (_t, a) => ((a.weightSpecs as { shape: number[] }[])[0].shape = [3, 3, 6, 3]),
    ],
    [
      'a weight of a type we lack',
      'MODEL_UNSUPPORTED',
      /complex64/,
      (_t, a) => ((a.weightSpecs as { dtype: string }[])[0].dtype = 'complex64'),
    ],
    [
      'a huge weight',
      'MODEL_INVALID',
      /bytes of weights/,
      (_t, a) => ((a.weightSpecs as { shape: number[] }[])[0].shape = [2e9, 2e9, 2e9, 2e9]),
    ],
    [
      'a reference to nothing',
      'MODEL_INVALID',
      /'?nowhere/,
      (t) => (layerOf(t, 'Conv2D').inbound_nodes = [[['nowhere', 0, 0, {}]]]),
    ],
    [
      'a layer that reads itself',
      'MODEL_INVALID',
      /own result/,
      (t) => (layerOf(t, 'Conv2D').inbound_nodes = [[['conv', 0, 0, {}]]]),
    ],
    ['a cycle', 'MODEL_INVALID', /own result/, (t) => (layerOf(t, 'Conv2D').inbound_nodes = [[['head', 0, 0, {}]]])],
    ['two layers of one name', 'MODEL_INVALID', /two layers named bn/, (t) => (layerOf(t, 'Conv2D').name = 'bn')],
    ['no layers', 'MODEL_INVALID', /layers/, (t) => (t.config.layers = 7 as never)],
    [
      'an output that is the input',
      'MODEL_INVALID',
      /no layer/,
      (t) => (t.config.output_layers = t.config.input_layers),
    ],
    [
      'an enormous padding',
      'MODEL_UNSUPPORTED',
      /2\^26/,
      (t) =>
        (layerOf(t, 'ZeroPadding2D').config.padding = [
          [0, 65000],
          [0, 65000],
        ]),
    ],
    ['no weight specs', 'INVALID_ARGUMENT', /weightSpecs/, (_t, a) => (a.weightSpecs = undefined)],
    ['no weights', 'INVALID_ARGUMENT', /weightData/, (_t, a) => (a.weightData = undefined)],
  ])('%s', async (_name, code, message, change) => {
    await expect(spoiled(change)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test('models nested without end, or multiplying', async () => {
    let nested: object = { class_name: 'ReLU', config: { name: 'r' } };
    for (let i = 0; i < 20_000; i++) nested = { class_name: 'Sequential', config: { name: 's', layers: [nested] } };
    const read = (modelTopology: object) =>
      readModelFile({ modelTopology, weightSpecs: [], weightData: new ArrayBuffer(0) });
    await expect(read(nested)).rejects.toMatchObject({ code: 'MODEL_UNSUPPORTED' });
    const input = { class_name: 'InputLayer', config: { name: 'i', batch_input_shape: [null, 4, 4, 1] } };
    let layer: object = { class_name: 'ReLU', config: { name: 'r' } };
    for (let i = 0; i < 30; i++)
      layer = { class_name: 'Sequential', config: { name: `s${i}`, layers: [layer, layer] } };
    const doubling = { class_name: 'Sequential', config: { name: 'root', layers: [input, layer] } };
    await expect(read(doubling)).rejects.toMatchObject({
      code: 'MODEL_UNSUPPORTED',
      message: expect.stringMatching(/operators/),
    });
  });
});
