/** What the float32 and the quantized ONNX model share: NCHW, nodes named after the tensors that they make. */
import { encodeModel, FLOAT, INT8, INT32, UINT8 } from './onnx_schema.mjs';

/** QuantizeLinear and DequantizeLinear have scales along an axis since opset 13. */
const OPSET = 13;
/** The intermediate representation that came with opset 13. */
const IR_VERSION = 7;

const TYPES = new Map([
  [Float32Array, FLOAT],
  [Uint8Array, UINT8],
  [Int8Array, INT8],
  [Int32Array, INT32],
]);

export const channelsFirst = ([n, h, w, c]) => [n, c, h, w];

/** Channels last to channels first, for activations and, with `shape` as [outputs, height, width, inputs], for filters. */
export function toChannelsFirst(values, [outer, height, width, channels]) {
  const result = new values.constructor(values.length);
  let at = 0;
  for (let o = 0; o < outer; o++) {
    for (let pixel = 0; pixel < height * width; pixel++) {
      for (let c = 0; c < channels; c++) result[(o * channels + c) * height * width + pixel] = values[at++];
    }
  }
  return result;
}

/** A conv2d's or depthwise_conv2d's filter as ONNX has it, [outputs, inputs of a group, height, width], and Conv's attributes. */
export function convolution({ op, inputs, filter, window }) {
  const [outer, height, width, channels] = filter.shape;
  const isDepthwise = op === 'depthwise_conv2d';
  const { kernel, stride, dilation, padding } = window;
  return {
    data: toChannelsFirst(filter.data, filter.shape),
    shape: isDepthwise ? [channels, 1, height, width] : [outer, channels, height, width],
    attributes: {
      kernel_shape: [...kernel],
      strides: [...stride],
      dilations: [...dilation],
      pads: [padding.top, padding.left, padding.bottom, padding.right],
      group: isDepthwise ? inputs[0].shape[3] : 1,
    },
  };
}

/** Throws unless a pool is what GlobalAveragePool computes. */
export function checkGlobalAverage({ name, kind, window, inputs }) {
  const isGlobal = kind === 'average' && window.kernel.every((extent, i) => extent === inputs[0].shape[i + 1]);
  if (!isGlobal) throw new Error(`Expected ${name} to be global average pooling; write its ONNX operator`);
}

export class OnnxGraph {
  #nodes = [];
  #initializers = [];

  /** Adds a node with one output, `name`. Returns the name. */
  node(name, op, inputs, attributes = {}) {
    this.#nodes.push({ op, name, inputs, outputs: [name], attributes });
    return name;
  }

  /** Adds a constant of the typed array's type. Returns the name. */
  constant(name, shape, data) {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.#initializers.push({ name, type: TYPES.get(data.constructor), shape, bytes });
    return name;
  }

  /** The bytes of the model, whose input and output have the `type` given, the input as NCHW. */
  encode({ input, outputs: [output] }, type) {
    return encodeModel({
      irVersion: IR_VERSION,
      opset: OPSET,
      graph: {
        name: 'mobilenet',
        nodes: this.#nodes,
        initializers: this.#initializers,
        inputs: [{ name: input.name, type, shape: channelsFirst(input.shape) }],
        outputs: [{ name: output.name, type, shape: output.shape }],
      },
    });
  }
}

/** Writes every node of `graph` with its writer of `operators` and returns the model's bytes. */
export function writeOnnx(graph, operators, type) {
  const model = new OnnxGraph();
  for (const node of graph.nodes) {
    const write = operators[node.op];
    if (!write) throw new Error(`Expected an operator that the benchmark writes as ONNX but received '${node.op}'`);
    write(model, node);
  }
  return model.encode(graph, type);
}
