/** Exact resizers. All arithmetic is in double precision; results are levels of 0..255, NHWC with the rows' channels. */
import type { Rows } from './rows';

/**
 * Bilinear interpolation between the four nearest pixels, without antialiasing, rounded to float32 only. Output i samples
 * at (i + 0.5) * in / out - 0.5 (half-pixel centres), or with `alignCorners` at i * (in - 1) / (out - 1), 0 if out is 1.
 * Equals `tf.image.resize` and `tf.image.resizeBilinear(..., alignCorners, !alignCorners)`.
 */
export function resizeBilinear(rows: Rows, height: number, width: number, alignCorners: boolean): Float32Array {
  const { channels } = rows;
  const vertical = bilinearTaps(rows.height, height, 1, alignCorners);
  const horizontal = bilinearTaps(rows.width, width, channels, alignCorners);
  const scratch = new Uint8Array(rows.width * channels);
  // Source rows come in pairs of neighbours, one odd and one even; upscaling asks for the same ones again.
  const interpolated = [0, 1].map(() => ({ y: -1, values: new Float64Array(width * channels) }));
  const interpolatedRow = (y: number) => {
    const slot = interpolated[y & 1];
    if (slot.y !== y) interpolateRow(rows.row(y, scratch), horizontal, slot.values);
    slot.y = y;
    return slot.values;
  };
  const output = new Float32Array(height * width * channels);
  for (let y = 0, to = 0; y < height; y++) {
    const above = interpolatedRow(vertical.low[y]);
    const below = interpolatedRow(vertical.high[y]);
    const fraction = vertical.fraction[y];
    for (let k = 0; k < above.length; k++) output[to++] = above[k] + (below[k] - above[k]) * fraction;
  }
  return output;
}

function interpolateRow(
  row: Uint8Array | Uint8ClampedArray,
  { low, high, fraction }: BilinearTaps,
  to: Float64Array,
): void {
  for (let k = 0; k < to.length; k++) {
    const left = row[low[k]];
    to[k] = left + (row[high[k]] - left) * fraction[k];
  }
}

/** For each output value along one axis: the two source values next to its place, and the weight of the second. */
interface BilinearTaps {
  low: Int32Array;
  high: Int32Array;
  fraction: Float64Array;
}

function bilinearTaps(input: number, output: number, channels: number, alignCorners: boolean): BilinearTaps {
  const low = new Int32Array(output * channels);
  const high = new Int32Array(output * channels);
  const fraction = new Float64Array(output * channels);
  const scale = alignCorners && output > 1 ? (input - 1) / (output - 1) : input / output;
  for (let i = 0, k = 0; i < output; i++) {
    const place = alignCorners ? scale * i : scale * (i + 0.5) - 0.5;
    const first = Math.max(0, Math.floor(place));
    const second = Math.min(input - 1, Math.ceil(place));
    for (let c = 0; c < channels; c++, k++) {
      low[k] = first * channels + c;
      high[k] = second * channels + c;
      fraction[k] = place - first;
    }
  }
  return { low, high, fraction };
}

/**
 * The average of the source under each output pixel, parts of pixels counted by their area, rounded to whole levels:
 * floor(v + 0.5). Exact: weights and sums are whole numbers (in units of 1/height and 1/width of a source pixel).
 * Reads every pixel of the crop, so 12 megapixels take tens of milliseconds.
 */
export function resizeArea(rows: Rows, height: number, width: number): Uint8Array {
  const { channels } = rows;
  const vertical = areaBoxes(rows.height, height);
  const horizontal = areaBoxes(rows.width, width);
  const scratch = new Uint8Array(rows.width * channels);
  const sums = new Float64Array(rows.width * channels);
  const area = rows.height * rows.width;
  const output = new Uint8Array(height * width * channels);
  for (const [y, { first, last, firstWeight, lastWeight }] of vertical.entries()) {
    sums.fill(0);
    addRow(sums, rows.row(first, scratch), firstWeight);
    for (let i = first + 1; i < last; i++) addRow(sums, rows.row(i, scratch), height);
    if (last > first) addRow(sums, rows.row(last, scratch), lastWeight);
    averageColumns(sums, horizontal, channels, area, output.subarray(y * width * channels));
  }
  return output;
}

function addRow(sums: Float64Array, row: Uint8Array | Uint8ClampedArray, weight: number): void {
  for (let k = 0; k < sums.length; k++) sums[k] += weight * row[k];
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
