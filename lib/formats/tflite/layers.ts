/** TFLite's layers: convolutions, dense, pooling. Filters already have the Graph's layouts. */

import type { Tensor } from '../../graph/graph';
import * as ops from '../../ops';
import type { WindowOptions } from '../../ops/window';
import type { FlatTable } from './flatbuffer_table';
import type { TfliteOperator } from './operator';
import { checkLayerQuantization } from './quantization';
import {
  CONV_2D_OPTIONS,
  DEPTHWISE_CONV_2D_OPTIONS,
  FULLY_CONNECTED_OPTIONS,
  PADDINGS,
  POOL_2D_OPTIONS,
  REDUCER_OPTIONS,
} from './schema';

/**
 * The filter of a layer. Integer filters of a float layer (dynamic range quantization) are made float32 by a pass: the
 * activations then keep the precision that TFLite would take from them.
 */
function readFilter(op: TfliteOperator, input: Tensor, rank: number): Tensor {
  const filter = op.constant(1);
  if (filter.shape.length !== rank)
    throw op.invalid(`expects a filter of rank ${rank} but it is ${filter.shape.length}`);
  if (filter.type === 'int32' || (filter.type !== 'float32' && !filter.quantization)) {
    throw op.invalid(`expects a float32 or quantized filter but ${filter.name} is ${filter.type}`);
  }
  if (filter.type !== input.type && input.type !== 'float32')
    throw op.unsupported(`is not supported with ${input.type} input and ${filter.type} filter`);
  return filter;
}

function readBias(op: TfliteOperator, input: Tensor): Tensor | undefined {
  if (!op.has(2)) return undefined;
  const bias = op.constant(2);
  const expected = input.type === 'float32' ? 'float32' : 'int32';
  if (bias.type !== expected)
    throw op.unsupported(`is not supported with a bias of ${bias.type} (expected ${expected})`);
  return bias;
}

interface WindowFields {
  padding: number;
  strideWidth: number;
  strideHeight: number;
  dilationWidth?: number;
  dilationHeight?: number;
}

function readWindow(op: TfliteOperator, options: FlatTable, fields: WindowFields): Omit<WindowOptions, 'kernel'> {
  const padding = PADDINGS[options.uint8(fields.padding)];
  if (!padding) throw op.invalid('has a padding that is neither SAME nor VALID');
  const dilation = (field: number | undefined) => (field === undefined ? 1 : options.int32(field, 1));
  return {
    stride: [options.int32(fields.strideHeight), options.int32(fields.strideWidth)],
    dilation: [dilation(fields.dilationHeight), dilation(fields.dilationWidth)],
    padding,
  };
}

export function readConv2D(op: TfliteOperator): void {
  const options = op.options(CONV_2D_OPTIONS.type);
  const input = op.input();
  const filter = readFilter(op, input, 4);
  const window = readWindow(op, options, CONV_2D_OPTIONS);
  const clamp = op.clamp(options.int8(CONV_2D_OPTIONS.activation));
  const layer = op.graph.push(ops.conv2d(op, { input, filter, bias: readBias(op, input), window, clamp }));
  checkLayerQuantization(op.where, layer, 0);
}

export function readDepthwiseConv2D(op: TfliteOperator): void {
  const options = op.options(DEPTHWISE_CONV_2D_OPTIONS.type);
  const input = op.input();
  const filter = readFilter(op, input, 4);
  const window = readWindow(op, options, DEPTHWISE_CONV_2D_OPTIONS);
  const clamp = op.clamp(options.int8(DEPTHWISE_CONV_2D_OPTIONS.activation));
  const layer = op.graph.push(ops.depthwiseConv2d(op, { input, filter, bias: readBias(op, input), window, clamp }));
  checkLayerQuantization(op.where, layer, 3);
}

export function readFullyConnected(op: TfliteOperator): void {
  const options = op.options(FULLY_CONNECTED_OPTIONS.type);
  const keepsAxes = options.bool(FULLY_CONNECTED_OPTIONS.keepNumDims);
  const input = keepsAxes ? op.input() : op.inputInOrder();
  const filter = readFilter(op, input, 2);
  if (options.int8(FULLY_CONNECTED_OPTIONS.weightsFormat) !== 0)
    throw op.unsupported('is not supported with shuffled weights');
  const clamp = op.clamp(options.int8(FULLY_CONNECTED_OPTIONS.activation));
  const layer = op.graph.push(ops.dense(op, { input, filter, bias: readBias(op, input), clamp, keepsAxes }));
  checkLayerQuantization(op.where, layer, 0);
}

/** AVERAGE_POOL_2D and MAX_POOL_2D. */
export function readPool2D(op: TfliteOperator): void {
  const options = op.options(POOL_2D_OPTIONS.type);
  const kernel = [options.int32(POOL_2D_OPTIONS.filterHeight), options.int32(POOL_2D_OPTIONS.filterWidth)] as const;
  op.graph.push(
    ops.pool(op, {
      input: op.input(),
      kind: op.kind === 'MAX_POOL_2D' ? 'max' : 'average',
      window: { ...readWindow(op, options, POOL_2D_OPTIONS), kernel },
      clamp: op.clamp(options.int8(POOL_2D_OPTIONS.activation)),
    }),
  );
}

/** MEAN and REDUCE_MAX over rows and columns: global pooling. */
export function readReduction(op: TfliteOperator): void {
  const options = op.options(REDUCER_OPTIONS.type);
  const input = op.inputInAnyLayout();
  const { layout } = op;
  const axes = op
    .integers(1)
    .map((axis) => (axis < 0 ? axis + input.shape.length : axis))
    .map((axis) => (layout ? layout[axis] : axis));
  if (input.shape.length !== 4 || axes.length !== 2 || !axes.includes(1) || !axes.includes(2)) {
    throw op.unsupported(
      `is supported over height and width only, not over axes ${axes} of [${input.shape.join(', ')}]`,
    );
  }
  const keepsAxes = options.bool(REDUCER_OPTIONS.keepDims);
  if (!keepsAxes) op.layout = undefined;
  op.graph.push(ops.globalPool(op, { input, kind: op.kind === 'REDUCE_MAX' ? 'max' : 'average', keepsAxes }));
}
