/** Times and memory of a Model's inference. */
import { readFileSync } from 'node:fs';
import type { TensorValues } from '../graph/graph';
import { elementCount } from '../graph/graph';
import type { ModelInfo } from '../model/model';
import type { Model } from '../node/load';

export interface Times {
  /** The first inference: pages are touched, wasm is not optimised yet. */
  firstMs: number;
  medianMs: number;
  minMs: number;
}

/** Runs between the first and the measured ones, so that wasm has been optimised and caches are warm. */
const WARM_UP_RUNS = 5;

/** Times predict() on a tensor of the model's own type, off the main thread and back; no picture is decoded. */
export async function measure(model: Model, runs: number): Promise<Times> {
  const tensor = sampleTensor(model.info);
  const time = async (): Promise<number> => {
    const start = performance.now();
    await model.predict(tensor);
    return performance.now() - start;
  };
  const firstMs = await time();
  for (let i = 0; i < WARM_UP_RUNS; i++) await time();
  const times: number[] = [];
  for (let i = 0; i < runs; i++) times.push(await time());
  times.sort((a, b) => a - b);
  const middle = times.length >> 1;
  const medianMs = times.length % 2 ? times[middle] : (times[middle - 1] + times[middle]) / 2;
  return { firstMs, medianMs, minMs: times[0] };
}

/** Noise over the whole range of an input, the same on every call: zeros would be a case of their own. */
export function sampleTensor({ inputShape, inputType }: ModelInfo): TensorValues {
  let state = 1;
  const level = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0; // Numerical Recipes' generator
    return state >>> 24;
  };
  const length = elementCount(inputShape);
  if (inputType === 'uint8') return Uint8Array.from({ length }, level);
  if (inputType === 'int8') return Int8Array.from({ length }, () => level() - 128);
  return Float32Array.from({ length }, () => level() / 127.5 - 1);
}

/** The most memory this process has had resident, in MB (10^6 bytes). */
export function peakMemoryMb(): number {
  // Linux passes the peak that getrusage tells on from the process that started this one; VmHWM is our own.
  const status = process.platform === 'linux' ? readFileSync('/proc/self/status', 'utf8') : '';
  const kibibytes = Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? process.resourceUsage().maxRSS);
  return (kibibytes * 1024) / 1e6;
}

/** Three decimals: microseconds, where the unit is ms. */
export function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
