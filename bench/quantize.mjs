/**
 * A float32 Graph as the post-training quantization of TFLite makes it: int8 activations with one scale a tensor, int8
 * weights with one scale an output channel (symmetric, the largest weight is 127), int32 biases.
 */
import { importMobilenetEdge } from './mobilenet_edge.mjs';

/** What an int8 level is more as uint8. */
export const UINT8_OFFSET = 128;

const isBounded = ({ clamp }) => clamp && Number.isFinite(clamp.min) && Number.isFinite(clamp.max);

/** The least and greatest value of node number `index`: what its clamp allows, else what it gives for the pictures. */
async function rangeOf({ input, nodes }, index, pictures, load) {
  const node = nodes[index];
  if (isBounded(node)) return node.clamp;
  const model = await load({ input, outputs: [node.output], nodes: nodes.slice(0, index + 1) });
  const range = { min: 0, max: 0 };
  for (const picture of pictures) {
    for (const value of (await model.predict(picture)).data) {
      range.min = Math.min(range.min, value);
      range.max = Math.max(range.max, value);
    }
  }
  model.close();
  return range;
}

function quantizeActivation(tensor, { min, max }) {
  const scale = Math.fround((max - min) / 255);
  const zeroPoint = Math.round(-128 - min / scale);
  return { ...tensor, type: 'int8', quantization: { scale: [scale], zeroPoint: [zeroPoint], axis: 0 } };
}

function quantizeFilter(filter, axis) {
  const { data, shape } = filter;
  const channels = shape[axis];
  const channelOf = axis === 0 ? (i) => Math.floor(i / (data.length / channels)) : (i) => i % channels;
  const scale = new Float32Array(channels);
  data.forEach((value, i) => {
    const c = channelOf(i);
    scale[c] = Math.max(scale[c], Math.abs(value) / 127);
  });
  const levels = new Int8Array(data.length);
  for (let i = 0; i < data.length; i++) levels[i] = Math.round(data[i] / scale[channelOf(i)]);
  return { ...filter, type: 'int8', data: levels, quantization: { scale, zeroPoint: new Int32Array(channels), axis } };
}

function quantizeBias(bias, input, filter) {
  const scale = filter.quantization.scale.map((value) => value * input.quantization.scale[0]);
  const data = Int32Array.from(bias.data, (value, c) => Math.round(value / scale[c]));
  return { ...bias, type: 'int32', data, quantization: { scale, zeroPoint: new Int32Array(scale.length), axis: 0 } };
}

/**
 * The quantized Graph. It ends in logits: an 8-bit softmax over a thousand classes that a random network finds nearly
 * alike is all zeros, which would hide any mistake. `pictures` are inputs in [-1, 1] to measure ranges with.
 */
export async function quantize(graph, pictures) {
  const { load } = await importMobilenetEdge();
  const float = { input: graph.input, nodes: graph.nodes.filter(({ op }) => op !== 'softmax') };
  const input = quantizeActivation(float.input, { min: -1, max: 1 });
  const quantized = new Map([[float.input, input]]);
  const nodes = [];
  for (const [index, node] of float.nodes.entries()) {
    const output = quantizeActivation(node.output, await rangeOf(float, index, pictures, load));
    const inputs = node.inputs.map((tensor) => quantized.get(tensor));
    quantized.set(node.output, output);
    if (!node.filter) {
      nodes.push({ ...node, inputs, output });
      continue;
    }
    const filter = quantizeFilter(node.filter, node.op === 'depthwise_conv2d' ? 3 : 0);
    nodes.push({ ...node, inputs, output, filter, bias: quantizeBias(node.bias, inputs[0], filter) });
  }
  return { input, outputs: [nodes.at(-1).output], nodes };
}

function asUint8(tensor) {
  const { scale, zeroPoint, axis } = tensor.quantization;
  const quantization = { scale, zeroPoint: [zeroPoint[0] + UINT8_OFFSET], axis };
  return { ...tensor, name: `${tensor.name}/uint8`, type: 'uint8', quantization };
}

/** An int8 Graph that takes and gives uint8, as TFLite's converter makes it on demand. */
export function withUint8Ports({ input, outputs: [output], nodes }) {
  const convert = (from, to) => ({ op: 'requantize', name: to.name, inputs: [from], output: to });
  const first = asUint8(input);
  const last = asUint8(output);
  return { input: first, outputs: [last], nodes: [convert(first, input), ...nodes, convert(output, last)] };
}
