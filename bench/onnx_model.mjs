/**
 * A mobilenet-edge Graph as an ONNX model: NCHW, batch-norm already folded, ReLU6 as Clip, in the operators that
 * exporters write and that onnxruntime's optimiser fuses (Conv with Clip and Add).
 */
import { encodeModel, FLOAT } from './onnx_schema.mjs';

const OPSET = 13;
/** The intermediate representation that came with opset 13. */
const IR_VERSION = 7;

/** Channels last to channels first, for activations and, with `shape` as [outputs, height, width, inputs], for filters. */
export function toChannelsFirst(values, [outer, height, width, channels]) {
  const result = new Float32Array(values.length);
  let at = 0;
  for (let o = 0; o < outer; o++) {
    for (let pixel = 0; pixel < height * width; pixel++) {
      for (let c = 0; c < channels; c++) result[(o * channels + c) * height * width + pixel] = values[at++];
    }
  }
  return result;
}

const channelsFirst = ([n, h, w, c]) => [n, c, h, w];

const OPERATORS = {
  conv2d: (model, node) => {
    const { data, shape } = node.filter;
    model.conv(node, toChannelsFirst(data, shape), channelsFirst(shape), 1);
  },
  depthwise_conv2d: (model, node) => {
    // [1, height, width, outputs] becomes [outputs, 1, height, width], one group per input channel.
    const [, height, width, outputs] = node.filter.shape;
    const filter = toChannelsFirst(node.filter.data, node.filter.shape);
    model.conv(node, filter, [outputs, 1, height, width], node.inputs[0].shape[3]);
  },
  add: (model, node) => model.push(node, 'Add', model.inputsOf(node), {}, node.clamp),
  pool: (model, node) => {
    const { shape } = node.inputs[0];
    const isGlobal = node.kind === 'average' && node.window.kernel.every((extent, i) => extent === shape[i + 1]);
    if (!isGlobal) throw new Error(`Expected ${node.name} to be global average pooling; write its ONNX operator`);
    const pooled = model.node(`${node.name}/pool`, 'GlobalAveragePool', model.inputsOf(node));
    model.push(node, 'Flatten', [pooled], { axis: 1 }, node.clamp);
  },
  dense: (model, node) => {
    const filter = model.constant(node.filter.name, node.filter.shape, node.filter.data);
    const bias = model.constant(node.bias.name, node.bias.shape, node.bias.data);
    model.push(node, 'Gemm', [...model.inputsOf(node), filter, bias], { transB: 1 }, node.clamp);
  },
  softmax: (model, node) => model.push(node, 'Softmax', model.inputsOf(node), { axis: 1 }),
};

class OnnxGraph {
  nodes = [];
  initializers = [];

  inputsOf(node) {
    return node.inputs.map(({ name }) => name);
  }

  node(name, op, inputs, attributes = {}) {
    this.nodes.push({ op, name, inputs, outputs: [name], attributes });
    return name;
  }

  constant(name, shape, data) {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.initializers.push({ name, type: FLOAT, shape, bytes });
    return name;
  }

  /** The operator of one Graph node, with a Clip after it where the node clamps; the last one has the node's name. */
  push(node, op, inputs, attributes, clamp = { min: -Infinity, max: Infinity }) {
    const name = node.output.name;
    if (clamp.min === -Infinity && clamp.max === Infinity) return this.node(name, op, inputs, attributes);
    const before = this.node(`${name}/linear`, op, inputs, attributes);
    const min = this.constant(`${name}/min`, [], Float32Array.of(clamp.min));
    const max = this.constant(`${name}/max`, [], Float32Array.of(clamp.max));
    return this.node(name, 'Clip', [before, min, max]);
  }

  conv(node, filterData, filterShape, group) {
    const { kernel, stride, dilation, padding } = node.window;
    const filter = this.constant(node.filter.name, filterShape, filterData);
    const bias = this.constant(node.bias.name, node.bias.shape, node.bias.data);
    const attributes = {
      kernel_shape: [...kernel],
      strides: [...stride],
      dilations: [...dilation],
      pads: [padding.top, padding.left, padding.bottom, padding.right],
      group,
    };
    this.push(node, 'Conv', [...this.inputsOf(node), filter, bias], attributes, node.clamp);
  }
}

/** The bytes of the model: `graph`'s input as NCHW under its own name, its output likewise. */
export function onnxModel(graph) {
  const model = new OnnxGraph();
  for (const node of graph.nodes) {
    const operator = OPERATORS[node.op];
    if (!operator) throw new Error(`Expected an operator that onnx_model.mjs writes but received '${node.op}'`);
    operator(model, node);
  }
  const { input, output } = graph;
  return encodeModel({
    irVersion: IR_VERSION,
    opset: OPSET,
    graph: {
      name: 'mobilenet',
      nodes: model.nodes,
      initializers: model.initializers,
      inputs: [{ name: input.name, type: FLOAT, shape: channelsFirst(input.shape) }],
      outputs: [{ name: output.name, type: FLOAT, shape: output.shape }],
    },
  });
}
