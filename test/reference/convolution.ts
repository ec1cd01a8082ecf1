/** Convolutions as their definitions say, in double precision: the judge of every kernel. */

import { pixels, type Window } from '../../lib/graph/graph';
import type { Conv2D, Dense, DepthwiseConv2D } from '../../lib/ops';

export type Values = Float64Array;

/** Calls visit(outputIndex, inputPixel, tap) for every tap that lies inside the picture. */
function eachTap(
  [height, width]: readonly number[],
  [outputHeight, outputWidth]: readonly number[],
  { kernel, stride, dilation, padding }: Window,
  visit: (outputPixel: number, inputPixel: number, tap: number) => void,
): void {
  for (let oy = 0; oy < outputHeight; oy++) {
    for (let ox = 0; ox < outputWidth; ox++) {
      for (let ky = 0; ky < kernel[0]; ky++) {
        for (let kx = 0; kx < kernel[1]; kx++) {
          const y = oy * stride[0] + ky * dilation[0] - padding.top;
          const x = ox * stride[1] + kx * dilation[1] - padding.left;
          if (y < 0 || y >= height || x < 0 || x >= width) continue;
          visit(oy * outputWidth + ox, y * width + x, ky * kernel[1] + kx);
        }
      }
    }
  }
}

export function conv2d(node: Conv2D, x: Values): Values {
  const [outputs, kernelHeight, kernelWidth, inputs] = node.filter.shape;
  const [height, width] = pixels(node.output.shape);
  const taps = kernelHeight * kernelWidth;
  const filter = node.filter.data!;
  const y = new Float64Array(height * width * outputs).map((_, i) => node.bias?.data?.[i % outputs] ?? 0);
  eachTap(pixels(node.inputs[0].shape), [height, width], node.window, (to, from, tap) => {
    for (let o = 0; o < outputs; o++) {
      let sum = 0;
      for (let c = 0; c < inputs; c++) sum += x[from * inputs + c] * filter[(o * taps + tap) * inputs + c];
      y[to * outputs + o] += sum;
    }
  });
  return y;
}

export function depthwiseConv2d(node: DepthwiseConv2D, x: Values): Values {
  const outputs = node.filter.shape[3];
  const [inputHeight, inputWidth, inputs] = pixels(node.inputs[0].shape);
  const [height, width] = pixels(node.output.shape);
  const filter = node.filter.data!;
  const y = new Float64Array(height * width * outputs).map((_, i) => node.bias?.data?.[i % outputs] ?? 0);
  eachTap([inputHeight, inputWidth], [height, width], node.window, (to, from, tap) => {
    for (let o = 0; o < outputs; o++) {
      const c = Math.floor((o * inputs) / outputs);
      y[to * outputs + o] += x[from * inputs + c] * filter[tap * outputs + o];
    }
  });
  return y;
}

export function dense(node: Dense, x: Values): Values {
  const [outputs, inputs] = node.filter.shape;
  return Float64Array.from({ length: (x.length / inputs) * outputs }, (_, at) => {
    const [vector, o] = [Math.floor(at / outputs), at % outputs];
    let sum = node.bias?.data?.[o] ?? 0;
    for (let i = 0; i < inputs; i++) sum += x[vector * inputs + i] * node.filter.data![o * inputs + i];
    return sum;
  });
}
