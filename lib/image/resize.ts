/** Exact resizers. All arithmetic is in double precision; results are NHWC with the source's channels. */
import type { Affine } from './range';
import type { Levels, Rows, Source } from './rows';

/**
 * Bilinear interpolation between the four nearest pixels, without antialiasing, rounded to float32; then the affine map of
 * its channel. Output i samples at (i + 0.5) * in / out - 0.5 (half-pixel centres), or with `alignCorners` at
 * i * (in - 1) / (out - 1), 0 if out is 1.
 * Equals `tf.image.resize` and `tf.image.resizeBilinear(..., alignCorners, !alignCorners)`.
 */
export function resizeBilinear(
  source: Source,
  height: number,
  width: number,
  alignCorners: boolean,
  affine: readonly Affine[],
): Float32Array {
  const { channels } = source;
  const vertical = bilinearTaps(source.height, height, alignCorners);
  const horizontal = bilinearTaps(source.width, width, alignCorners);
  const rows = source.rows(Int32Array.of(...horizontal.low, ...horizontal.high));
  const output = new Float32Array(height * width * channels);
  for (let y = 0; y < height; y++) {
    const line = { above: rows.row(vertical.low[y]), below: rows.row(vertical.high[y]), down: vertical.fraction[y] };
    for (let c = 0; c < channels; c++) {
      const to = { output, first: y * width * channels + c, channels };
      interpolate(rows, line, horizontal.fraction, c, affine[c % affine.length], to);
    }
  }
  return output;
}

/** One channel of one output row, `down` of the way between two source rows. */
function interpolate(
  { bytes, offsets }: Rows,
  { above, below, down }: { above: number; below: number; down: number },
  fraction: Float64Array,
  channel: number,
  { offset, divisor, shift }: Affine,
  { output, first, channels }: { output: Float32Array; first: number; channels: number },
): void {
  const width = fraction.length;
  for (let x = 0, to = first; x < width; x++, to += channels) {
    const low = offsets[x] + channel;
    const high = offsets[width + x] + channel;
    const right = fraction[x];
    const top = bytes[above + low] + (bytes[above + high] - bytes[above + low]) * right;
    const bottom = bytes[below + low] + (bytes[below + high] - bytes[below + low]) * right;
    output[to] = (Math.fround(top + (bottom - top) * down) - offset) / divisor - shift;
  }
}

/** For each output along one axis: the two source pixels next to its place, and the weight of the second. */
interface BilinearTaps {
  low: Int32Array;
  high: Int32Array;
  fraction: Float64Array;
}

function bilinearTaps(input: number, output: number, alignCorners: boolean): BilinearTaps {
  const low = new Int32Array(output);
  const high = new Int32Array(output);
  const fraction = new Float64Array(output);
  const scale = alignCorners && output > 1 ? (input - 1) / (output - 1) : input / output;
  for (let i = 0; i < output; i++) {
    const place = alignCorners ? scale * i : scale * (i + 0.5) - 0.5;
    low[i] = Math.max(0, Math.floor(place));
    high[i] = Math.min(input - 1, Math.ceil(place));
    fraction[i] = place - low[i];
  }
  return { low, high, fraction };
}

/**
 * The average of the source under each output pixel, parts of pixels counted by their area, rounded to whole levels:
 * floor(v + 0.5). Exact: weights and sums are whole numbers (in units of 1/height and 1/width of a source pixel).
 * Reads every pixel of the crop, so 12 megapixels take tens of milliseconds.
 */
export function resizeArea(source: Source, height: number, width: number): Uint8Array {
  const { channels } = source;
  const vertical = areaBoxes(source.height, height);
  const horizontal = areaBoxes(source.width, width);
  const { bytes, row } = source.rows(Int32Array.from({ length: source.width }, (_, x) => x));
  const sums = new Float64Array(source.width * channels);
  const area = source.height * source.width;
  const output = new Uint8Array(height * width * channels);
  for (const [y, { first, last, firstWeight, lastWeight }] of vertical.entries()) {
    sums.fill(0);
    addRow(sums, bytes, row(first), firstWeight);
    for (let i = first + 1; i < last; i++) addRow(sums, bytes, row(i), height);
    if (last > first) addRow(sums, bytes, row(last), lastWeight);
    averageColumns(sums, horizontal, channels, area, output.subarray(y * width * channels));
  }
  return output;
}

function addRow(sums: Float64Array, bytes: Levels, row: number, weight: number): void {
  for (let k = 0; k < sums.length; k++) sums[k] += weight * bytes[row + k];
}

function averageColumns(
  sums: Float64Array,
  boxes: AreaBox[],
  channels: number,
  area: number,
  output: Uint8Array,
): void {
  let to = 0;
  for (const { first, last, firstWeight, lastWeight } of boxes) {
    for (let c = 0; c < channels; c++) {
      let inner = 0;
      for (let k = (first + 1) * channels + c; k < last * channels; k += channels) inner += sums[k];
      const ends = firstWeight * sums[first * channels + c] + lastWeight * sums[last * channels + c];
      output[to++] = Math.floor((2 * (ends + boxes.length * inner) + area) / (2 * area));
    }
  }
}

/** The source indices under one output index, along one axis; a whole source index weighs `output`, a box `input`. */
interface AreaBox {
  first: number;
  last: number;
  firstWeight: number;
  /** 0 where the box lies within one source index. */
  lastWeight: number;
}

function areaBoxes(input: number, output: number): AreaBox[] {
  return Array.from({ length: output }, (_, o) => {
    const start = o * input;
    const end = start + input;
    const first = Math.floor(start / output);
    const last = Math.ceil(end / output) - 1;
    const firstWeight = Math.min(end, (first + 1) * output) - start;
    return { first, last, firstWeight, lastWeight: last > first ? end - last * output : 0 };
  });
}
