/** One step of the Graph as one op of the Program: addresses, packed weights, and how the work is cut. */
import { MobileNetEdgeError } from '../errors';
import type { Clamp, DepthwiseConv2D, Node, Tensor, Window } from '../graph';
import { pixels } from '../graph';
import type { Geometry } from '../program/program';
import { type Fields, NO_RESIDUAL, type Op, type OpName } from '../program/schema';
import { packDepthwise, packPanels, type WeightBlob } from './pack';
import { alignUp, type Place, pixelStride, roundChannels } from './plan';
import { type InvertedResidualStep, type PointwiseStep, type Step, stepOutput } from './steps';

const FLOAT_BYTES = 4;
/** Weights that a core reads over and over stay in its second-level cache. */
const WEIGHT_BLOCK_BYTES = 256 * 1024;
/** Rows of a pointwise chunk: a few tiles, so that threads share evenly. */
const ROWS_PER_CHUNK = 128;
const CHUNKS_PER_PICTURE = 8;
/** What a fused bottleneck tries to keep of its expanded rows. */
const BAND_BYTES = 64 * 1024;

export interface Lowering {
  places: Map<Tensor, Place>;
  blob: WeightBlob;
  geometry: Geometry;
  threads: number;
}

/** An op and the bytes of scratch it needs. */
export interface Lowered {
  op: Op;
  scratchBytes: number;
}

function makeOp<Name extends OpName>(name: Name, chunks: number, fields: Fields<Name>, parts?: Op[]): Op {
  return { name, chunks, fields, parts } as Op;
}

/** The pieces of `total` that are nearest to `target` each and nearly equal: their size and number. */
function cut(total: number, target: number): { size: number; pieces: number } {
  const size = Math.ceil(total / Math.max(1, Math.round(total / target)));
  return { size, pieces: Math.ceil(total / size) };
}

function clampFields({ min, max }: Clamp) {
  return { lo: min, hi: max };
}

function windowFields({ kernel, stride, dilation, padding }: Window) {
  return {
    kernel_height: kernel[0],
    kernel_width: kernel[1],
    stride_height: stride[0],
    stride_width: stride[1],
    dilation_height: dilation[0],
    dilation_width: dilation[1],
    pad_top: padding.top,
    pad_left: padding.left,
  };
}

function inputFields(tensor: Tensor, { offset, stride }: Place) {
  const [height, width] = pixels(tensor.shape);
  return { input: offset, input_height: height, input_width: width, input_stride: stride };
}

function outputFields(tensor: Tensor, { offset, stride }: Place) {
  const [height, width] = pixels(tensor.shape);
  return { output: offset, output_height: height, output_width: width, output_stride: stride };
}

/** Columns of a block whose weights fit the cache. No block may split what is one panel: the last one can be wider. */
function columnBlock(k: number, n: number, { panel, lastPanel }: Geometry): number {
  const fitting = Math.max(panel, Math.floor(WEIGHT_BLOCK_BYTES / (k * FLOAT_BYTES) / panel) * panel);
  let block = Math.min(n, alignUp(cut(n, fitting).size, panel));
  while (block < n && n % block !== 0 && n % block <= lastPanel - panel) block += panel;
  return Math.min(n, block);
}

function lowerPointwise(step: PointwiseStep, input: Place, output: Place, to: Lowering): Op {
  const { node, residual } = step;
  const [height, width, k] = pixels(node.inputs[0].shape);
  const m = height * width;
  const n = roundChannels(node.filter.shape[0]);
  const rows = cut(m, ROWS_PER_CHUNK);
  const n_block = columnBlock(k, n, to.geometry);
  const other = residual && to.places.get(residual.tensor)!;
  const sum = clampFields(residual?.add.clamp ?? node.clamp);
  return makeOp('pointwise', rows.pieces * Math.ceil(n / n_block), {
    input: input.offset,
    input_stride: input.stride,
    output: output.offset,
    output_stride: output.stride,
    residual: other?.offset ?? NO_RESIDUAL,
    residual_stride: other?.stride ?? 0,
    m,
    k,
    n,
    weights: packPanels(to.blob, node.filter, node.bias, k, to.geometry),
    m_block: rows.size,
    n_block,
    ...clampFields(node.clamp),
    sum_lo: sum.lo,
    sum_hi: sum.hi,
  });
}

function lowerDepthwise(node: DepthwiseConv2D, input: Place, output: Place, padRow: number, to: Lowering): Op {
  const [height] = pixels(node.output.shape);
  const rows = cut(height, Math.max(2, Math.ceil(height / CHUNKS_PER_PICTURE)));
  return makeOp('depthwise', rows.pieces, {
    ...inputFields(node.inputs[0], input),
    ...outputFields(node.output, output),
    ...windowFields(node.window),
    channels: roundChannels(node.filter.shape[3]),
    weights: packDepthwise(to.blob, node.filter, node.bias, to.geometry),
    pad_row: padRow,
    rows_per_chunk: rows.size,
    ...clampFields(node.clamp),
  });
}

/** Bytes of a row of pixels. */
function rowBytes(width: number, stride: number): number {
  return alignUp(width * stride * FLOAT_BYTES, 64);
}

function lowerInvertedResidual(step: InvertedResidualStep, to: Lowering): Lowered {
  const { expand, depthwise, project } = step;
  const [, inputWidth, channels] = pixels(depthwise.inputs[0].shape);
  const [outputHeight, outputWidth] = pixels(depthwise.output.shape);
  const { kernel, stride, dilation } = depthwise.window;
  const reach = (kernel[0] - 1) * dilation[0] + 1;
  const pixel = pixelStride(channels);
  const expandedRow = rowBytes(inputWidth, pixel);

  const fitting = Math.floor((BAND_BYTES - reach * expandedRow) / (stride[0] * expandedRow)) + 1;
  const bandRows = Math.min(outputHeight, Math.max(1, Math.min(4, fitting)));
  const windowRows = (bandRows - 1) * stride[0] + reach;

  const padRow = windowRows * expandedRow;
  const band = padRow + expandedRow;
  const scratchBytes = band + bandRows * rowBytes(outputWidth, pixel);
  const window = { offset: 0, stride: pixel };
  const rows = cut(outputHeight, Math.ceil(outputHeight / to.threads));
  const result = stepOutput(step);
  const parts = [
    lowerPointwise(expand, to.places.get(expand.node.inputs[0])!, window, to),
    lowerDepthwise(depthwise, window, { offset: band, stride: pixel }, padRow, to),
    lowerPointwise(project, { offset: band, stride: pixel }, to.places.get(result)!, to),
  ];
  const fields = { window: 0, window_rows: windowRows, band, band_rows: bandRows, rows_per_chunk: rows.size };
  return { op: makeOp('inverted_residual', rows.pieces, fields, parts), scratchBytes };
}

function lowerNode(node: Node, to: Lowering): Lowered {
  const [tensor] = node.inputs;
  const input = to.places.get(tensor)!;
  const output = to.places.get(node.output)!;
  const [height, width, channels] = pixels(node.output.shape);
  const flat = { input: input.offset, input_stride: input.stride, output: output.offset, output_stride: output.stride };
  switch (node.op) {
    case 'conv2d': {
      const [, kernelHeight, kernelWidth, inputChannels] = node.filter.shape;
      const k = kernelHeight * kernelWidth * inputChannels;
      const rows = cut(height, Math.max(1, Math.ceil(height / CHUNKS_PER_PICTURE)));
      const op = makeOp('conv', rows.pieces, {
        ...inputFields(tensor, input),
        input_channels: inputChannels,
        ...outputFields(node.output, output),
        ...windowFields(node.window),
        n: roundChannels(node.filter.shape[0]),
        weights: packPanels(to.blob, node.filter, node.bias, k, to.geometry),
        patches: 0,
        rows_per_chunk: rows.size,
        ...clampFields(node.clamp),
      });
      return { op, scratchBytes: rowBytes(width, k) };
    }
    case 'depthwise_conv2d': {
      const [, inputWidth] = pixels(tensor.shape);
      return { op: lowerDepthwise(node, input, output, 0, to), scratchBytes: rowBytes(inputWidth, input.stride) };
    }
    case 'add': {
      const other = to.places.get(node.inputs[1])!;
      const pieces = cut(height * width, Math.ceil((height * width) / CHUNKS_PER_PICTURE));
      const op = makeOp('add', pieces.pieces, {
        a: input.offset,
        a_stride: input.stride,
        b: other.offset,
        b_stride: other.stride,
        output: output.offset,
        output_stride: output.stride,
        pixels: height * width,
        channels: roundChannels(channels),
        pixels_per_chunk: pieces.size,
        ...clampFields(node.clamp),
      });
      return { op, scratchBytes: 0 };
    }
    case 'pool': {
      const op = makeOp('pool', height, {
        ...inputFields(tensor, input),
        ...outputFields(node.output, output),
        ...windowFields(node.window),
        channels: roundChannels(channels),
        is_max: node.kind === 'max' ? 1 : 0,
        ...clampFields(node.clamp),
      });
      return { op, scratchBytes: 0 };
    }
    case 'softmax':
      return {
        op: makeOp('softmax', 1, { ...flat, pixels: height * width, channels, beta: node.beta }),
        scratchBytes: 0,
      };
    case 'sigmoid':
      return { op: makeOp('sigmoid', 1, { ...flat, pixels: height * width, channels }), scratchBytes: 0 };
    default:
      throw new MobileNetEdgeError('INTERNAL', `The node ${node.name} (${node.op}) should have been removed by a pass`);
  }
}

export function lower(step: Step, to: Lowering): Lowered {
  switch (step.kind) {
    case 'node':
      return lowerNode(step.node, to);
    case 'pointwise': {
      const input = to.places.get(step.node.inputs[0])!;
      return { op: lowerPointwise(step, input, to.places.get(stepOutput(step))!, to), scratchBytes: 0 };
    }
    case 'inverted_residual':
      return lowerInvertedResidual(step, to);
  }
}
