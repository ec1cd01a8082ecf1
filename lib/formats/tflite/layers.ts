/** TFLite's layers: convolutions, dense, pooling. Filters already have the Graph's layouts. */
import { elementCount, LINEAR, NO_PADDING, type Tensor } from '../../graph/graph';
import { slidingWindow, wholePicture } from '../shared/sliding_window';
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

function readBias(op: TfliteOperator, input: Tensor, outputs: number): Tensor | undefined {
  if (!op.has(2)) return undefined;
  const bias = op.constant(2);
  const expected = input.type === 'float32' ? 'float32' : 'int32';
  if (bias.type !== expected)
    throw op.unsupported(`is not supported with a bias of ${bias.type} (expected ${expected})`);
  if (elementCount(bias.shape) !== outputs)
    throw op.invalid(`expects ${outputs} biases but has [${bias.shape.join(', ')}]`);
  return bias.shape.length === 1 ? bias : { ...bias, shape: [outputs] };
}

function readWindow(
  op: TfliteOperator,
  input: Tensor,
  options: FlatTable,
  fields: {
    padding: number;
    strideWidth: number;
    strideHeight: number;
    dilationWidth?: number;
    dilationHeight?: number;
  },
  kernel: readonly [number, number],
) {
  const padding = PADDINGS[options.uint8(fields.padding)];
  if (!padding) throw op.invalid('has a padding that is neither SAME nor VALID');
  const dilation = (field: number | undefined) => (field === undefined ? 1 : options.int32(field, 1));
  return slidingWindow(
    input.shape,
    {
      kernel,
      stride: [options.int32(fields.strideHeight), options.int32(fields.strideWidth)],
      dilation: [dilation(fields.dilationHeight), dilation(fields.dilationWidth)],
      padding,
    },
    op.where,
  );
}

export function readConv2D(op: TfliteOperator): void {
  const options = op.options(CONV_2D_OPTIONS.type);
  const input = op.input();
  const filter = readFilter(op, input, 4);
  const [outputs, kernelHeight, kernelWidth, inputs] = filter.shape;
  const { window, height, width } = readWindow(op, input, options, CONV_2D_OPTIONS, [kernelHeight, kernelWidth]);
  if (input.shape[3] !== inputs) {
    if (input.shape[3] % inputs === 0) throw op.unsupported(`is not supported in groups (${input.shape[3] / inputs})`);
    throw op.invalid(`expects ${inputs} channels but its input has ${input.shape[3]}`);
  }
  const bias = readBias(op, input, outputs);
  const output = op.output([1, height, width, outputs], input);
  checkLayerQuantization(op.where, input, filter, bias, output, 0);
  const clamp = op.clamp(options.int8(CONV_2D_OPTIONS.activation));
  op.push({ op: 'conv2d', name: op.name, inputs: [input], output, filter, bias, window, clamp });
}

export function readDepthwiseConv2D(op: TfliteOperator): void {
  const options = op.options(DEPTHWISE_CONV_2D_OPTIONS.type);
  const input = op.input();
  const filter = readFilter(op, input, 4);
  const [one, kernelHeight, kernelWidth, outputs] = filter.shape;
  const kernel = [kernelHeight, kernelWidth] as const;
  const { window, height, width } = readWindow(op, input, options, DEPTHWISE_CONV_2D_OPTIONS, kernel);
  if (one !== 1 || outputs % input.shape[3] !== 0) {
    throw op.invalid(`expects a filter for ${input.shape[3]} channels but it is [${filter.shape.join(', ')}]`);
  }
  const bias = readBias(op, input, outputs);
  const output = op.output([1, height, width, outputs], input);
  checkLayerQuantization(op.where, input, filter, bias, output, 3);
  const clamp = op.clamp(options.int8(DEPTHWISE_CONV_2D_OPTIONS.activation));
  op.push({ op: 'depthwise_conv2d', name: op.name, inputs: [input], output, filter, bias, window, clamp });
}

export function readFullyConnected(op: TfliteOperator): void {
  const options = op.options(FULLY_CONNECTED_OPTIONS.type);
  const keepsRank = options.bool(FULLY_CONNECTED_OPTIONS.keepNumDims);
  const input = keepsRank ? op.input() : op.inputInOrder();
  const filter = readFilter(op, input, 2);
  const [outputs, inputs] = filter.shape;
  if (options.int8(FULLY_CONNECTED_OPTIONS.weightsFormat) !== 0)
    throw op.unsupported('is not supported with shuffled weights');
  const count = elementCount(input.shape);
  if (count % inputs !== 0 || (keepsRank && input.shape[input.shape.length - 1] !== inputs)) {
    throw op.invalid(`expects ${inputs} values but its input [${input.shape.join(', ')}] has ${count}`);
  }
  const leading = keepsRank ? input.shape.slice(0, -1) : [count / inputs];
  const bias = readBias(op, input, outputs);
  const output = op.output([...leading, outputs], input);
  checkLayerQuantization(op.where, input, filter, bias, output, 0);
  const clamp = op.clamp(options.int8(FULLY_CONNECTED_OPTIONS.activation));
  op.push({ op: 'dense', name: op.name, inputs: [input], output, filter, bias, clamp });
}

/** AVERAGE_POOL_2D and MAX_POOL_2D. */
export function readPool2D(op: TfliteOperator): void {
  const options = op.options(POOL_2D_OPTIONS.type);
  const input = op.input();
  const kernel = [options.int32(POOL_2D_OPTIONS.filterHeight), options.int32(POOL_2D_OPTIONS.filterWidth)] as const;
  const { window, height, width } = readWindow(op, input, options, POOL_2D_OPTIONS, kernel);
  const output = op.sameScaleOutput([1, height, width, input.shape[3]], input);
  const clamp = op.clamp(options.int8(POOL_2D_OPTIONS.activation));
  const kind = op.kind === 'MAX_POOL_2D' ? 'max' : 'average';
  op.push({ op: 'pool', kind, source: 'pool', name: op.name, inputs: [input], output, window, clamp });
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
  const channels = input.shape[3];
  const keepsRank = options.bool(REDUCER_OPTIONS.keepDims);
  const shape = keepsRank ? [1, 1, 1, channels] : [1, channels];
  if (!keepsRank) op.layout = undefined;
  const kind = op.kind === 'REDUCE_MAX' ? 'max' : 'average';
  const output = kind === 'max' ? op.sameScaleOutput(shape, input) : op.output(shape, input);
  const window = wholePicture(input.shape, NO_PADDING);
  op.push({ op: 'pool', kind, source: 'mean', name: op.name, inputs: [input], output, window, clamp: LINEAR });
}
