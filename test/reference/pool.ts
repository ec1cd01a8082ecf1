import { pixels } from '../../lib/graph/graph';
import type { Pad, Pool } from '../../lib/ops';
import type { Values } from './convolution';

/** Average or maximum of the taps inside the picture. */
export function pool(node: Pool, x: Values): Values {
  const [inputHeight, inputWidth, channels] = pixels(node.inputs[0].shape);
  const [height, width] = pixels(node.output.shape);
  const { kernel, stride, padding } = node.window;
  const y = new Float64Array(height * width * channels);
  for (let i = 0; i < y.length; i++) {
    const c = i % channels;
    const ox = Math.floor(i / channels) % width;
    const oy = Math.floor(i / channels / width);
    const taps: number[] = [];
    for (let ky = 0; ky < kernel[0]; ky++) {
      for (let kx = 0; kx < kernel[1]; kx++) {
        const row = oy * stride[0] + ky - padding.top;
        const column = ox * stride[1] + kx - padding.left;
        if (row < 0 || row >= inputHeight || column < 0 || column >= inputWidth) continue;
        taps.push(x[(row * inputWidth + column) * channels + c]);
      }
    }
    y[i] = node.kind === 'max' ? Math.max(...taps) : taps.reduce((a, b) => a + b, 0) / taps.length;
  }
  return y;
}

export function pad(node: Pad, x: Values): Values {
  const [inputHeight, inputWidth, channels] = pixels(node.inputs[0].shape);
  const [height, width] = pixels(node.output.shape);
  const y = new Float64Array(height * width * channels);
  for (let row = 0; row < inputHeight; row++) {
    const from = row * inputWidth * channels;
    const to = ((row + node.padding.top) * width + node.padding.left) * channels;
    y.set(x.subarray(from, from + inputWidth * channels), to);
  }
  return y;
}
