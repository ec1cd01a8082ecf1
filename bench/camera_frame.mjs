/** What a camera's frame costs before the network: crop, resize and range, from RGB bytes to the input tensor. */
import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';

const FRAME = { width: 1920, height: 1080, channels: 3 };
const INPUT = { width: 224, height: 224, channels: 3 };
const PREPROCESS = { crop: 'stretch', resize: 'bilinear', range: '-1..1' };
const WARM_UP = 200;
const RUNS = 200;

/** { frame: 'widthxheight', input: likewise, times in milliseconds }, on one thread. */
export function measureCameraFrame() {
  const { preprocessToFloat } = createRequire(import.meta.url)('../dist/image/to_tensor.js');
  const frame = { ...FRAME, data: randomBytes(FRAME.width * FRAME.height * FRAME.channels) };
  const times = [];
  for (let run = 0; run < WARM_UP + RUNS; run++) {
    const start = performance.now();
    preprocessToFloat(frame, INPUT, PREPROCESS);
    times.push(performance.now() - start);
  }
  const size = ({ width, height }) => `${width}x${height}`;
  return { frame: size(FRAME), input: size(INPUT), times: times.slice(WARM_UP) };
}
