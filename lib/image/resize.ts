/** Exact resizers. All arithmetic is in double precision; results are levels of 0..255, NHWC with the rows' channels. */
import type { Rows } from './rows';

/** For one axis: the two source indices of every output index, and the weight of the second. */
interface Taps {
  low: Int32Array;
  high: Int32Array;
  fraction: Float64Array;
}

/**
 * Bilinear interpolation between the four nearest pixels, without antialiasing, rounded to float32 only. Output i samples
 * at (i + 0.5) * in / out - 0.5 (half-pixel centres), or with `alignCorners` at i * (in - 1) / (out - 1), 0 if out is 1.
 * Equals `tf.image.resize` and `tf.image.resizeBilinear(..., alignCorners, !alignCorners)`.
 */
export function resizeBilinear(rows: Rows, height: number, width: number, alignCorners: boolean): Float32Array {
  const { channels } = rows;
  const vertical = bilinearTaps(rows.height, height, alignCorners);
  const horizontal = bilinearTaps(rows.width, width, alignCorners);
  const scratchTop = new Uint8Array(rows.width * channels);
  const scratchBottom = new Uint8Array(rows.width * channels);
  const output = new Float32Array(height * width * channels);
  let to = 0;
  for (let y = 0; y < height; y++) {
    const top = rows.row(vertical.low[y], scratchTop);
    const bottom = rows.row(vertical.high[y], scratchBottom);
    const fractionY = vertical.fraction[y];
    for (let x = 0; x < width; x++) {
      const left = horizontal.low[x] * channels;
      const right = horizontal.high[x] * channels;
      const fractionX = horizontal.fraction[x];
      for (let c = 0; c < channels; c++) {
        const above = top[left + c] + (top[right + c] - top[left + c]) * fractionX;
        const below = bottom[left + c] + (bottom[right + c] - bottom[left + c]) * fractionX;
        output[to++] = above + (below - above) * fractionY;
      }
    }
  }
  return output;
}

function bilinearTaps(input: number, output: number, alignCorners: boolean): Taps {
  const low = new Int32Array(output);
  const high = new Int32Array(output);
  const fraction = new Float64Array(output);
  const scale = alignCorners && output > 1 ? (input - 1) / (output - 1) : input / output;
  for (let i = 0; i < output; i++) {
    const at = alignCorners ? scale * i : scale * (i + 0.5) - 0.5;
    low[i] = Math.max(0, Math.floor(at));
    high[i] = Math.min(input - 1, Math.ceil(at));
    fraction[i] = at - low[i];
  }
  return { low, high, fraction };
}

/**
 * The average of the source under each output pixel, parts of pixels counted by their area, rounded to whole levels:
 * floor(v + 0.5). Exact: weights and sums are whole numbers (in units of 1/height and 1/width of a source pixel).
 * Touches every source pixel of the crop: about 5 ns a channel.
 */
export function resizeArea(rows: Rows, height: number, width: number): Uint8Array {
  const { channels } = rows;
  const scratch = new Uint8Array(rows.width * channels);
  const sums = new Float64Array(rows.width * channels);
  const area = rows.height * rows.width;
  const output = new Uint8Array(height * width * channels);
  for (let y = 0; y < height; y++) {
    sums.fill(0);
    const end = (y + 1) * rows.height;
    for (let i = Math.floor((y * rows.height) / height); i * height < end; i++) {
      const weight = Math.min(end, (i + 1) * height) - Math.max(y * rows.height, i * height);
      const row = rows.row(i, scratch);
      for (let k = 0; k < sums.length; k++) sums[k] += weight * row[k];
    }
    averageColumns(sums, rows.width, width, channels, area, output.subarray(y * width * channels));
  }
  return output;
}

function averageColumns(
  sums: Float64Array,
  input: number,
  width: number,
  channels: number,
  area: number,
  output: Uint8Array,
): void {
  for (let x = 0, to = 0; x < width; x++) {
    const end = (x + 1) * input;
    const first = Math.floor((x * input) / width);
    for (let c = 0; c < channels; c++) {
      let sum = 0;
      for (let i = first; i * width < end; i++) {
        const weight = Math.min(end, (i + 1) * width) - Math.max(x * input, i * width);
        sum += weight * sums[i * channels + c];
      }
      output[to++] = Math.floor((2 * sum + area) / (2 * area));
    }
  }
}
