/**
 * Quantized graphs as section by section of XNNPACK's float requantization says, in plain loops over the model's own
 * integers: the judge of every integer kernel. `Math.fround` marks every place where C computes in float32.
 */

import { type Clamp, pixels, type Tensor } from '../../lib/graph/graph';
import type { Add, Node, Pool, Softmax } from '../../lib/ops';

/** Values as the model file stores them. */
export type Levels = Int32Array;

type Weighted = Extract<Node, { filter: Tensor }>;

const f = Math.fround;
const zeroOf = (tensor: Tensor): number => tensor.quantization!.zeroPoint[0];
const scaleOf = (tensor: Tensor): number => tensor.quantization!.scale[0];
const away = (x: number): number => (x < 0 ? -Math.floor(-x + 0.5) : Math.floor(x + 0.5));

function even(x: number): number {
  const floor = Math.floor(x);
  if (x - floor !== 0.5) return Math.floor(x + 0.5);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** Clamps a level to the type and to the activation function. */
function clampLevel(level: number, output: Tensor, { min, max }: Clamp): number {
  const low = output.type === 'uint8' ? 0 : -128;
  const bound = (real: number, otherwise: number): number =>
    Number.isFinite(real) ? zeroOf(output) + away(f(f(real) / scaleOf(output))) : otherwise;
  return Math.min(
    low + 255,
    bound(max, Number.POSITIVE_INFINITY),
    Math.max(low, bound(min, Number.NEGATIVE_INFINITY), level),
  );
}

/** Convolution, depthwise convolution and dense layer, all as: which inputs and which weights does output (y, x, o) sum? */
export function weighted(node: Weighted, x: Levels): Levels {
  const { filter, bias, output } = node;
  const [input] = node.inputs;
  const vectors = (size: number, channels: number): [number, number, number] => [1, size / channels, channels];
  const [height, width, channels] = node.op === 'dense' ? vectors(x.length, filter.shape[1]) : pixels(input.shape);
  const [outputHeight, outputWidth, outputs] =
    node.op === 'dense' ? [height, width, filter.shape[0]] : pixels(output.shape);
  const depthwise = node.op === 'depthwise_conv2d';
  const [kernelHeight, kernelWidth] = node.op === 'dense' ? [1, 1] : [filter.shape[1], filter.shape[2]];
  const { scale, zeroPoint } = filter.quantization!;
  const y = new Int32Array(outputHeight * outputWidth * outputs);
  for (let oy = 0; oy < outputHeight; oy++) {
    for (let ox = 0; ox < outputWidth; ox++) {
      for (let o = 0; o < outputs; o++) {
        const zeroWeight = zeroPoint[o] ?? zeroPoint[0];
        let sum = bias?.data?.[o] ?? 0;
        for (let ky = 0; ky < kernelHeight; ky++) {
          for (let kx = 0; kx < kernelWidth; kx++) {
            let [iy, ix] = [oy, ox];
            if (node.op !== 'dense') {
              const { stride, dilation, padding } = node.window;
              iy = oy * stride[0] + ky * dilation[0] - padding.top;
              ix = ox * stride[1] + kx * dilation[1] - padding.left;
            }
            if (iy < 0 || iy >= height || ix < 0 || ix >= width) continue;
            const tap = ky * kernelWidth + kx;
            const pixel = (iy * width + ix) * channels;
            if (depthwise) {
              const c = Math.floor((o * channels) / outputs);
              sum += (x[pixel + c] - zeroOf(input)) * (filter.data![tap * outputs + o] - zeroWeight);
            } else {
              const row = (o * kernelHeight * kernelWidth + tap) * channels;
              for (let c = 0; c < channels; c++) {
                sum += (x[pixel + c] - zeroOf(input)) * (filter.data![row + c] - zeroWeight);
              }
            }
          }
        }
        const factor = f(f(scaleOf(input) * (scale.length > 1 ? scale[o] : scale[0])) / scaleOf(output));
        const level = even(f(f(sum) * factor)) + zeroOf(output);
        y[(oy * outputWidth + ox) * outputs + o] = clampLevel(level, output, node.clamp);
      }
    }
  }
  return y;
}

export function add({ inputs, output, clamp }: Add, [a, b]: Levels[]): Levels {
  const ratios = inputs.map((tensor) => f(scaleOf(tensor) / scaleOf(output)));
  const shift = 20 - Math.floor(Math.log2(Math.max(...ratios)));
  const [ma, mb] = ratios.map((ratio) => even(ratio * 2 ** shift));
  return a.map((level, i) => {
    const sum = (level - zeroOf(inputs[0])) * ma + (b[i] - zeroOf(inputs[1])) * mb + 2 ** (shift - 1);
    return clampLevel(Math.floor(sum / 2 ** shift) + zeroOf(output), output, clamp);
  });
}

export function pool(node: Pool, x: Levels): Levels {
  const [input] = node.inputs;
  const { output, window } = node;
  const [height, width, channels] = pixels(input.shape);
  const [outputHeight, outputWidth] = pixels(output.shape);
  const y = new Int32Array(outputHeight * outputWidth * channels);
  for (let i = 0; i < y.length; i++) {
    const c = i % channels;
    const ox = Math.floor(i / channels) % outputWidth;
    const oy = Math.floor(i / channels / outputWidth);
    const taps: number[] = [];
    for (let ky = 0; ky < window.kernel[0]; ky++) {
      for (let kx = 0; kx < window.kernel[1]; kx++) {
        const iy = oy * window.stride[0] + ky - window.padding.top;
        const ix = ox * window.stride[1] + kx - window.padding.left;
        if (iy >= 0 && iy < height && ix >= 0 && ix < width) taps.push(x[(iy * width + ix) * channels + c]);
      }
    }
    const sum = taps.reduce((a, b) => a + b, 0);
    let level = Math.max(...taps);
    if (node.kind === 'average' && node.source === 'pool') {
      // C's division truncates, so halves go away from zero.
      const half = Math.floor(taps.length / 2);
      level = Math.trunc((sum >= 0 ? sum + half : sum - half) / taps.length);
    }
    if (node.kind === 'average' && node.source === 'mean') {
      const factor = f(scaleOf(input) / scaleOf(output) / taps.length);
      level = even(f(f(sum - taps.length * zeroOf(input)) * factor)) + zeroOf(output);
    }
    y[i] = clampLevel(level, output, node.clamp);
  }
  return y;
}

export function softmax({ inputs, output, beta }: Softmax, x: Levels): Levels {
  const [, , channels] = pixels(output.shape);
  const y = new Int32Array(x.length);
  const step = f(f(-scaleOf(inputs[0])) * f(beta));
  for (let at = 0; at < x.length; at += channels) {
    const row = x.subarray(at, at + channels);
    const max = row.reduce((a, b) => Math.max(a, b));
    const powers = Array.from(row, (level) => f(Math.exp(f(step * (max - level)))));
    const sum = powers.reduce((a, b) => f(a + b), 0);
    powers.forEach((power, i) => {
      const level = away(f(power / f(sum * scaleOf(output)))) + zeroOf(output);
      y[at + i] = clampLevel(level, output, { min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY });
    });
  }
  return y;
}

/** Requantization, and activation functions that stand alone. */
export function requantize(input: Tensor, output: Tensor, clamp: Clamp, x: Levels): Levels {
  const factor = f(scaleOf(input) / scaleOf(output));
  return x.map((level) => clampLevel(even(f((level - zeroOf(input)) * factor)) + zeroOf(output), output, clamp));
}
