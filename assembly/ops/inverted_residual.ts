// @ts-nocheck: tsc would want to know the fields of Op; AssemblyScript looks for them where it makes a function of the template.
// A bottleneck by bands of rows: expand the rows that the band needs and that the ring has not yet (by a pointwise, or a
// stem), filter them to a band, project the band into the output. Every row is expanded once a chunk.
// Its parts are float32 (T = f32, Pointwise = PointwiseOp, Depthwise = DepthwiseOp) or integers (i16, Q8PointwiseOp,
// Q8DepthwiseOp); isFloat<T>() is decided at compile time.
import {
  ConvOp,
  DepthwiseOp,
  InvertedResidualOp,
  OPCODE_CONV,
  OPCODE_POINTWISE,
  OPCODE_Q8_CONV,
  OpHeader,
  PointwiseOp,
  Q8ConvOp,
  Q8DepthwiseOp,
  Q8PointwiseOp,
} from '../generated/program';
import { conv_rows } from './conv';
import { clear_pad_row } from './depthwise_input';
import { depthwise_row } from './depthwise_row';
import { multiply_rows } from './pointwise';
import { q8_multiply_rows } from './q8_pointwise';

export function run_inverted_residual(
  op: InvertedResidualOp,
  chunk: i32,
  arena: usize,
  weights: usize,
  scratch: usize,
): void {
  const expand = changetype<usize>(op) + offsetof<InvertedResidualOp>();
  switch (changetype<OpHeader>(expand).opcode) {
    case OPCODE_POINTWISE:
    case OPCODE_CONV:
      return run<f32, PointwiseOp, DepthwiseOp>(op, expand, chunk, arena, weights, scratch);
    default:
      return run<i16, Q8PointwiseOp, Q8DepthwiseOp>(op, expand, chunk, arena, weights, scratch);
  }
}

function run<T, Pointwise, Depthwise>(
  op: InvertedResidualOp,
  expand_at: usize,
  chunk: i32,
  arena: usize,
  weights: usize,
  scratch: usize,
): void {
  const depthwise_at = after(expand_at);
  const depthwise = changetype<Depthwise>(depthwise_at);
  const project = changetype<Pointwise>(after(depthwise_at));
  clear_pad_row<Depthwise, T>(depthwise, scratch);
  const reach = (depthwise.kernel_height - 1) * depthwise.dilation_height + 1;
  const first = chunk * op.rows_per_chunk;
  const end = min(first + op.rows_per_chunk, depthwise.output_height);
  let expanded = max(first * depthwise.stride_height - depthwise.pad_top, 0);
  for (let y = first; y < end; y += op.band_rows) {
    const rows = min(op.band_rows, end - y);
    const bottom = (y + rows - 1) * depthwise.stride_height - depthwise.pad_top + reach;
    const needed = min(bottom, depthwise.input_height);
    expand_rows<T, Pointwise, Depthwise>(op, expand_at, depthwise, expanded, needed, arena, weights, scratch);
    expanded = max(expanded, needed);
    filter_rows<T, Depthwise>(op, depthwise, y, rows, weights, scratch);
    project_rows<T, Pointwise>(op, project, depthwise.output_width, y, rows, arena, weights, scratch);
  }
}

// The record that follows the one at `at`.
function after(at: usize): usize {
  return at + ((<usize>changetype<OpHeader>(at).words) << 2);
}

// Makes rows begin..end of the expanded picture in the ring, as many at a time as lie side by side in it.
function expand_rows<T, Pointwise, Depthwise>(
  op: InvertedResidualOp,
  expand_at: usize,
  depthwise: Depthwise,
  begin: i32,
  end: i32,
  arena: usize,
  weights: usize,
  scratch: usize,
): void {
  const ring_row = <usize>depthwise.input_width * depthwise.input_stride * sizeof<T>();
  while (begin < end) {
    const at = begin % op.window_rows;
    const rows = min(end - begin, op.window_rows - at);
    const to = scratch + op.window + <usize>at * ring_row;
    const opcode = changetype<OpHeader>(expand_at).opcode;
    if (opcode == OPCODE_CONV) {
      const conv = changetype<ConvOp>(expand_at);
      conv_rows<ConvOp, f32>(conv, begin, rows, 0, conv.output_width, arena + conv.input, to, weights, scratch);
    } else if (opcode == OPCODE_Q8_CONV) {
      const conv = changetype<Q8ConvOp>(expand_at);
      conv_rows<Q8ConvOp, i16>(conv, begin, rows, 0, conv.output_width, arena + conv.input, to, weights, scratch);
    } else {
      const expand = changetype<Pointwise>(expand_at);
      const width = depthwise.input_width;
      const from = arena + expand.input + <usize>(begin * width) * expand.input_stride * sizeof<T>();
      if (isFloat<T>()) multiply_rows(expand, rows * width, expand.n, from, weights + expand.weights, to, 0);
      else q8_multiply_rows(expand, rows * width, expand.n, from, weights + expand.weights, to);
    }
    begin += rows;
  }
}

// Filters output rows y..y + rows from the ring into the band.
function filter_rows<T, Depthwise>(
  op: InvertedResidualOp,
  depthwise: Depthwise,
  y: i32,
  rows: i32,
  weights: usize,
  scratch: usize,
): void {
  const width = depthwise.output_width;
  const row_bytes = <usize>width * depthwise.output_stride * sizeof<T>();
  const ring = scratch + op.window;
  for (let row = 0; row < rows; ++row) {
    const to = scratch + op.band + <usize>row * row_bytes;
    depthwise_row<Depthwise, T>(depthwise, y + row, 0, width, ring, op.window_rows, to, weights, scratch);
  }
}

// Projects the band into output rows y..y + rows.
function project_rows<T, Pointwise>(
  op: InvertedResidualOp,
  project: Pointwise,
  width: i32,
  y: i32,
  rows: i32,
  arena: usize,
  weights: usize,
  scratch: usize,
): void {
  const pixel = <usize>(y * width);
  const band = scratch + op.band;
  const w = weights + project.weights;
  const to = arena + project.output + pixel * project.output_stride * sizeof<T>();
  if (isFloat<T>()) {
    const residual = arena + project.residual + pixel * project.residual_stride * sizeof<T>();
    multiply_rows(project, rows * width, project.n, band, w, to, residual);
  } else {
    q8_multiply_rows(project, rows * width, project.n, band, w, to);
  }
}
