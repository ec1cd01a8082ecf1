/** Fields that many ops share, and how work is cut into chunks. */
import { type Clamp, pixels, type Tensor, type Window } from '../graph';
import type { Geometry } from '../program/program';
import type { Fields, Op, OpName } from '../program/schema';
import type { WeightBlob } from './pack';
import { alignUp, type Place } from './plan';

/** Weights that a core reads over and over stay in its second-level cache. */
const WEIGHT_BLOCK_BYTES = 256 * 1024;
/** Rows of a pointwise chunk: a few tiles, so that threads share evenly. */
const ROWS_PER_CHUNK = 128;
const CHUNKS_PER_PICTURE = 8;

/** What lowering reads and fills. */
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

export function makeOp<Name extends OpName>(name: Name, chunks: number, fields: Fields<Name>, parts?: Op[]): Op {
  return { name, chunks, fields, parts } as Op;
}

/** The pieces of `total` that are nearest to `target` each and nearly equal: their size and number. */
export function cut(total: number, target: number): { size: number; pieces: number } {
  const size = Math.ceil(total / Math.max(1, Math.round(total / target)));
  return { size, pieces: Math.ceil(total / size) };
}

/** Output rows of a chunk of a windowed op, at least `least`. */
export function cutRows(height: number, least: number): { size: number; pieces: number } {
  return cut(height, Math.max(least, Math.ceil(height / CHUNKS_PER_PICTURE)));
}

export function cutPixels(count: number): { size: number; pieces: number } {
  return cut(count, Math.ceil(count / CHUNKS_PER_PICTURE));
}

/** Blocks of rows and of columns of a matrix product with `k` weights of `bytes` bytes a column. */
export function cutProduct(
  m: number,
  k: number,
  n: number,
  bytes: number,
  panels: Pick<Geometry, 'panel' | 'lastPanel'>,
) {
  const rows = cut(m, ROWS_PER_CHUNK);
  const n_block = columnBlock(k * bytes, n, panels);
  return { chunks: rows.pieces * Math.ceil(n / n_block), m_block: rows.size, n_block };
}

/** Columns of a block whose weights fit the cache. No block may split what is one panel: the last one can be wider. */
function columnBlock(bytes: number, n: number, { panel, lastPanel }: Pick<Geometry, 'panel' | 'lastPanel'>): number {
  const fitting = Math.max(panel, Math.floor(WEIGHT_BLOCK_BYTES / bytes / panel) * panel);
  let block = Math.min(n, alignUp(cut(n, fitting).size, panel));
  while (block < n && n % block !== 0 && n % block <= lastPanel - panel) block += panel;
  return Math.min(n, block);
}

export function clampFields({ min, max }: Clamp) {
  return { lo: min, hi: max };
}

export function windowFields({ kernel, stride, dilation, padding }: Window) {
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

export function inputFields(tensor: Tensor, { offset, stride }: Place) {
  const [height, width] = pixels(tensor.shape);
  return { input: offset, input_height: height, input_width: width, input_stride: stride };
}

export function outputFields(tensor: Tensor, { offset, stride }: Place) {
  const [height, width] = pixels(tensor.shape);
  return { output: offset, output_height: height, output_width: width, output_stride: stride };
}

/** Fields of an op that treats every pixel alike. */
export function flatFields(tensor: Tensor, input: Place, output: Place) {
  const [height, width, channels] = pixels(tensor.shape);
  return {
    input: input.offset,
    input_stride: input.stride,
    output: output.offset,
    output_stride: output.stride,
    pixels: height * width,
    channels,
  };
}

/** Bytes of a row of pixels in scratch. */
export function rowBytes(width: number, stride: number, bytes: number): number {
  return alignUp(width * stride * bytes, 64);
}
