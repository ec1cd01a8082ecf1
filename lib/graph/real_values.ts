/** Quantized constants as the real numbers that they stand for. */
import type { Budget } from '../base/budget';
import { isTypedArray } from '../base/bytes';
import { MobileNetEdgeError } from '../base/errors';
import type { Tensor } from './graph';

/** Real values of a quantized constant, per tensor or along its axis. */
export function realValues(tensor: Tensor, budget: Budget): Float32Array {
  const { data, quantization, shape } = tensor;
  if (isTypedArray(data, 'Float32Array')) return data;
  if (!data || !quantization) {
    throw new MobileNetEdgeError(
      'MODEL_INVALID',
      `Expected ${tensor.name} to be float32 or quantized but it is ${tensor.type}`,
    );
  }
  const { scale, zeroPoint, axis } = quantization;
  // Values come in runs of one channel: all of them, or what lies within one index of the axis.
  const channels = scale.length;
  const run = channels > 1 ? shape.slice(axis + 1).reduce((a, b) => a * b, 1) : data.length;
  const values = budget.float32s(data.length, `the real values of ${tensor.name}`);
  for (let at = 0, c = 0; at < values.length; at += run, c = (c + 1) % channels) {
    const zero = zeroPoint[c] ?? zeroPoint[0] ?? 0;
    for (let i = at; i < at + run; i++) values[i] = (data[i] - zero) * scale[c];
  }
  return values;
}

/** Constants as real numbers, each converted once however many layers share it. */
export class RealConstants {
  readonly #known = new Map<Tensor, Tensor>();
  readonly #budget: Budget;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  of(tensor: Tensor): Tensor {
    if (tensor.type === 'float32') return tensor;
    let real = this.#known.get(tensor);
    if (!real) {
      const { name, shape } = tensor;
      real = { name, shape, type: 'float32', data: realValues(tensor, this.#budget) };
      this.#known.set(tensor, real);
    }
    return real;
  }
}
