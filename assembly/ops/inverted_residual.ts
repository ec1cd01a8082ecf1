// A bottleneck by bands of rows: expand the input rows that the band needs and that the ring has not yet, filter
// them to a band, project the band into the output. Every row is expanded once a chunk.
import { DepthwiseOp, InvertedResidualOp, OpHeader, PointwiseOp } from '../program';
import { clear_pad_row, depthwise_row } from './depthwise';
import { multiply_rows } from './pointwise';

export function run_inverted_residual(
  op: InvertedResidualOp,
  chunk: i32,
  arena: usize,
  weights: usize,
  scratch: usize
): void {
  const expand = changetype<PointwiseOp>(changetype<usize>(op) + offsetof<InvertedResidualOp>());
  const depthwise = changetype<DepthwiseOp>(after(changetype<usize>(expand)));
  const project = changetype<PointwiseOp>(after(changetype<usize>(depthwise)));
  clear_pad_row(depthwise, scratch);
  const reach = (depthwise.kernel_height - 1) * depthwise.dilation_height + 1;
  const first = chunk * op.rows_per_chunk;
  const end = min(first + op.rows_per_chunk, depthwise.output_height);
  let expanded = max(first * depthwise.stride_height - depthwise.pad_top, 0);
  for (let y = first; y < end; y += op.band_rows) {
    const rows = min(op.band_rows, end - y);
    const bottom = (y + rows - 1) * depthwise.stride_height - depthwise.pad_top + reach;
    const needed = min(bottom, depthwise.input_height);
    expand_rows(op, expand, depthwise.input_width, expanded, needed, arena, weights, scratch);
    expanded = max(expanded, needed);
    filter_rows(op, depthwise, y, rows, weights, scratch);
    project_rows(op, project, depthwise.output_width, y, rows, arena, weights, scratch);
  }
}

// The record that follows the one at `at`.
function after(at: usize): usize {
  return at + (<usize>changetype<OpHeader>(at).words << 2);
}

// Expands input rows begin..end into the ring, as many at a time as lie side by side in it.
function expand_rows(
  op: InvertedResidualOp,
  expand: PointwiseOp,
  width: i32,
  begin: i32,
  end: i32,
  arena: usize,
  weights: usize,
  scratch: usize
): void {
  const input_row = (<usize>width * expand.input_stride) << 2;
  const ring_row = (<usize>width * expand.output_stride) << 2;
  while (begin < end) {
    const at = begin % op.window_rows;
    const rows = min(end - begin, op.window_rows - at);
    const from = arena + expand.input + <usize>begin * input_row;
    const to = scratch + op.window + <usize>at * ring_row;
    multiply_rows(expand, rows * width, expand.n, from, weights + expand.weights, to, 0);
    begin += rows;
  }
}

// Filters output rows y..y + rows from the ring into the band.
function filter_rows(
  op: InvertedResidualOp,
  depthwise: DepthwiseOp,
  y: i32,
  rows: i32,
  weights: usize,
  scratch: usize
): void {
  const row_bytes = (<usize>depthwise.output_width * depthwise.output_stride) << 2;
  for (let row = 0; row < rows; ++row) {
    const to = scratch + op.band + <usize>row * row_bytes;
    depthwise_row(depthwise, y + row, scratch + op.window, op.window_rows, to, weights, scratch);
  }
}

// Projects the band into output rows y..y + rows.
function project_rows(
  op: InvertedResidualOp,
  project: PointwiseOp,
  width: i32,
  y: i32,
  rows: i32,
  arena: usize,
  weights: usize,
  scratch: usize
): void {
  const pixel = <usize>(y * width);
  const to = arena + project.output + ((pixel * project.output_stride) << 2);
  const residual = arena + project.residual + ((pixel * project.residual_stride) << 2);
  multiply_rows(project, rows * width, project.n, scratch + op.band, weights + project.weights, to, residual);
}
