/**
 * A float32 Graph as an ONNX model: batch-norm already folded, ReLU6 as Clip, in the operators that exporters write and
 * that onnxruntime's optimiser fuses (Conv with Clip and Add).
 */
import { checkGlobalAverage, convolution, writeOnnx } from './onnx_graph.mjs';
import { FLOAT } from './onnx_schema.mjs';

const inputsOf = (node) => node.inputs.map(({ name }) => name);

/** The operator of one Graph node, with a Clip after it where the node clamps; the last one has the output's name. */
function push(model, node, op, inputs, attributes = {}) {
  const { name } = node.output;
  const { min, max } = node.clamp ?? { min: -Infinity, max: Infinity };
  if (min === -Infinity && max === Infinity) return model.node(name, op, inputs, attributes);
  const before = model.node(`${name}/linear`, op, inputs, attributes);
  const bounds = [
    model.constant(`${name}/min`, [], Float32Array.of(min)),
    model.constant(`${name}/max`, [], Float32Array.of(max)),
  ];
  return model.node(name, 'Clip', [before, ...bounds]);
}

const biasOf = (model, { bias }) => model.constant(bias.name, bias.shape, bias.data);

function writeConvolution(model, node) {
  const { data, shape, attributes } = convolution(node);
  const filter = model.constant(node.filter.name, shape, data);
  push(model, node, 'Conv', [...inputsOf(node), filter, biasOf(model, node)], attributes);
}

const OPERATORS = {
  conv2d: writeConvolution,
  depthwise_conv2d: writeConvolution,
  add: (model, node) => push(model, node, 'Add', inputsOf(node)),
  pool: (model, node) => {
    checkGlobalAverage(node);
    const pooled = model.node(`${node.name}/pool`, 'GlobalAveragePool', inputsOf(node));
    push(model, node, 'Flatten', [pooled], { axis: 1 });
  },
  dense: (model, node) => {
    const filter = model.constant(node.filter.name, node.filter.shape, node.filter.data);
    push(model, node, 'Gemm', [...inputsOf(node), filter, biasOf(model, node)], { transB: 1 });
  },
  softmax: (model, node) => push(model, node, 'Softmax', inputsOf(node), { axis: 1 }),
};

/** The bytes of the model: `graph`'s input as NCHW under its own name, its output likewise. */
export const onnxModel = (graph) => writeOnnx(graph, OPERATORS, FLOAT);
