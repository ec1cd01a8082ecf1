/**
 * A quantized Graph as an ONNX model in the QDQ form that onnxruntime's quantizer writes and its optimiser turns into
 * integer kernels: DequantizeLinear on everything that a float operator reads, QuantizeLinear on what it gives. Weights
 * are int8 with a scale a channel; activations are uint8, onnxruntime's fast case on x64: every level and zero point is
 * 128 more than in the int8 Graph, the real values are the same. Input and output are uint8, which spares it the ends.
 */
import { checkGlobalAverage, convolution, writeOnnx } from './onnx_graph.mjs';
import { UINT8 } from './onnx_schema.mjs';
import { UINT8_OFFSET } from './quantize.mjs';

/** Scale and zero point of an activation, the constants that its Quantize- and DequantizeLinear share. */
function parameters(model, { name, quantization }, user) {
  return [
    model.constant(`${user}/${name}/scale`, [], Float32Array.of(quantization.scale[0])),
    model.constant(`${user}/${name}/zero`, [], Uint8Array.of(quantization.zeroPoint[0] + UINT8_OFFSET)),
  ];
}

const realInputs = (model, { name, inputs }) =>
  inputs.map((tensor) =>
    model.node(`${name}/${tensor.name}/real`, 'DequantizeLinear', [tensor.name, ...parameters(model, tensor, name)]),
  );

/** A filter or bias with one scale for each index of axis 0. */
function realConstant(model, { name, quantization }, shape, data) {
  const { scale } = quantization;
  const inputs = [
    model.constant(name, shape, data),
    model.constant(`${name}/scale`, [scale.length], scale),
    model.constant(`${name}/zero`, [scale.length], new data.constructor(scale.length)),
  ];
  return model.node(`${name}/real`, 'DequantizeLinear', inputs, { axis: 0 });
}

/** Throws unless the output's range is the activation function's: rounding to uint8 then clamps like it. */
function checkClamp({ name, clamp, output }) {
  if (!clamp) return;
  const { scale, zeroPoint } = output.quantization;
  const within = (bound, level) => !Number.isFinite(bound) || Math.abs(bound / scale[0] + zeroPoint[0] - level) < 0.5;
  if (!within(clamp.min, -128) || !within(clamp.max, 127)) {
    throw new Error(`Expected the int8 range of ${name} to be that of its activation; write a Clip`);
  }
}

function push(model, node, op, inputs, attributes = {}, name = node.output.name) {
  checkClamp(node);
  const real = model.node(`${name}/real`, op, inputs, attributes);
  return model.node(name, 'QuantizeLinear', [real, ...parameters(model, node.output, `${node.name}/output`)]);
}

function writeConvolution(model, node) {
  const { data, shape, attributes } = convolution(node);
  const filter = realConstant(model, node.filter, shape, data);
  const bias = realConstant(model, node.bias, node.bias.shape, node.bias.data);
  push(model, node, 'Conv', [...realInputs(model, node), filter, bias], attributes);
}

const OPERATORS = {
  conv2d: writeConvolution,
  depthwise_conv2d: writeConvolution,
  add: (model, node) => push(model, node, 'Add', realInputs(model, node)),
  pool: (model, node) => {
    checkGlobalAverage(node);
    const pooled = push(model, node, 'GlobalAveragePool', realInputs(model, node), {}, `${node.name}/pool`);
    model.node(node.output.name, 'Flatten', [pooled], { axis: 1 });
  },
  dense: (model, node) => {
    const filter = realConstant(model, node.filter, node.filter.shape, node.filter.data);
    const bias = realConstant(model, node.bias, node.bias.shape, node.bias.data);
    push(model, node, 'Gemm', [...realInputs(model, node), filter, bias], { transB: 1 });
  },
};

/** The bytes of the model: uint8 NCHW in, uint8 out. */
export const onnxQdqModel = (graph) => writeOnnx(graph, OPERATORS, UINT8);
