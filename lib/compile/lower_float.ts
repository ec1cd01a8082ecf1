/** Float32 nodes as ops, of halves where their results are. */
import { MobileNetEdgeError } from '../base/errors';
import { type Conv2D, type DepthwiseConv2D, elementCount, type Node, pixels, type Tensor } from '../graph/graph';
import { workOfPixel } from '../graph/work';
import type { PanelGeometry } from '../program/program';
import { type Fields, NO_RESIDUAL, type Op } from '../program/schema';
import {
  clampFields,
  cutPicture,
  cutPixels,
  cutPool,
  cutProduct,
  flatFields,
  inputFields,
  type Lowering,
  makeOp,
  outputFields,
  windowFields,
} from './fields';
import { type Place, roundChannels } from './plan';
import type { PointwiseStep } from './steps';

type FloatOp = 'conv' | 'pointwise' | 'depthwise' | 'add';

/** The op for float32 or, where that is what it makes, the one with the same fields for halves. */
function makeFloatOp<Name extends FloatOp>(name: Name, output: Tensor, chunks: number, fields: Fields<Name>): Op {
  return output.half ? makeOp(`f16_${name}`, chunks, fields as Fields<`f16_${Name}`>) : makeOp(name, chunks, fields);
}

function panelGeometry({ half }: Tensor, to: Lowering): PanelGeometry {
  return half ? to.geometry.f16! : to.geometry;
}

export function lowerPointwise(step: PointwiseStep, input: Place, output: Place, to: Lowering): Op {
  const { node, residual } = step;
  const geometry = panelGeometry(node.output, to);
  const [height, width, k] = pixels(node.inputs[0].shape);
  const m = height * width;
  const n = roundChannels(node.filter.shape[0]);
  const { chunks, m_block, n_block } = cutProduct(m, k, n, node.output.half ? 2 : 4, geometry, to.threads);
  const other = residual && to.places.get(residual.tensor)!;
  const sum = clampFields(residual?.add.clamp ?? node.clamp);
  return makeFloatOp('pointwise', node.output, chunks, {
    input: input.offset,
    input_stride: input.stride,
    output: output.offset,
    output_stride: output.stride,
    residual: other?.offset ?? NO_RESIDUAL,
    residual_stride: other?.stride ?? 0,
    m,
    k,
    n,
    weights: to.packer.panels(node.filter, node.bias, k, geometry),
    m_block,
    n_block,
    ...clampFields(node.clamp),
    sum_lo: sum.lo,
    sum_hi: sum.hi,
  });
}

/** `patches` is where scratch has room for a row of them. */
export function lowerConv(node: Conv2D, input: Place, output: Place, patches: number, to: Lowering): Op {
  const { filter } = node;
  const { chunks, ...piece } = cutPicture(node.output, workOfPixel(node), to.threads);
  return makeFloatOp('conv', node.output, chunks, {
    ...inputFields(node.inputs[0], input),
    input_channels: filter.shape[3],
    ...outputFields(node.output, output),
    ...windowFields(node.window),
    n: roundChannels(filter.shape[0]),
    weights: to.packer.panels(filter, node.bias, elementCount(filter.shape.slice(1)), panelGeometry(node.output, to)),
    patches,
    ...piece,
    ...clampFields(node.clamp),
  });
}

export function lowerDepthwise(node: DepthwiseConv2D, input: Place, output: Place, padRow: number, to: Lowering): Op {
  const { chunks, ...piece } = cutPicture(node.output, workOfPixel(node), to.threads);
  return makeFloatOp('depthwise', node.output, chunks, {
    ...inputFields(node.inputs[0], input),
    ...outputFields(node.output, output),
    ...windowFields(node.window),
    channels: roundChannels(node.filter.shape[3]),
    weights: to.packer.depthwise(node.filter, node.bias, panelGeometry(node.output, to)),
    pad_row: padRow,
    ...piece,
    ...clampFields(node.clamp),
  });
}

export function lowerNode(node: Node, to: Lowering): Op {
  const [tensor] = node.inputs;
  const input = to.places.get(tensor)!;
  const output = to.places.get(node.output)!;
  const [height, width, channels] = pixels(node.output.shape);
  switch (node.op) {
    case 'conv2d':
      return lowerConv(node, input, output, to.scratch, to);
    case 'depthwise_conv2d':
      return lowerDepthwise(node, input, output, to.scratch, to);
    case 'add': {
      const other = to.places.get(node.inputs[1])!;
      const { chunks, ...piece } = cutPixels(node.output, workOfPixel(node), to.threads);
      return makeFloatOp('add', node.output, chunks, {
        a: input.offset,
        a_stride: input.stride,
        b: other.offset,
        b_stride: other.stride,
        output: output.offset,
        output_stride: output.stride,
        pixels: height * width,
        channels: roundChannels(channels),
        ...piece,
        ...clampFields(node.clamp),
      });
    }
    case 'pool': {
      const { chunks, ...piece } = cutPool(node.output, node.window.kernel[0] * node.window.kernel[1]);
      const fields = {
        ...inputFields(tensor, input),
        ...outputFields(node.output, output),
        ...windowFields(node.window),
        channels: roundChannels(channels),
        is_max: node.kind === 'max' ? 1 : 0,
        ...piece,
        ...clampFields(node.clamp),
      };
      return node.output.half
        ? makeOp('f16_pool', chunks, { ...fields, sums: to.scratch })
        : makeOp('pool', chunks, fields);
    }
    case 'requantize':
    case 'softmax':
    case 'sigmoid': {
      const { chunks, ...piece } = cutPixels(node.output, workOfPixel(node));
      const fields = { ...flatFields(tensor, input, output), ...piece };
      if (node.op === 'softmax') return makeOp('softmax', chunks, { ...fields, beta: node.beta });
      if (node.op === 'sigmoid') return makeOp('sigmoid', chunks, fields);
      return makeOp(node.output.half ? 'f16_from_f32' : 'f16_to_f32', chunks, fields);
    }
    default:
      throw new MobileNetEdgeError('INTERNAL', `The node ${node.name} (${node.op}) should have been removed by a pass`);
  }
}
