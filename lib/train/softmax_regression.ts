/** Multinomial logistic regression by mini-batches with momentum: every step in doubles, in one order. */
import { nextTask } from '../base/next_task';
import { exactExp } from './exact_exp';
import { randomOf, shuffled } from './random';

export interface TrainingSet {
  features: readonly Float32Array[];
  /** The class of each. */
  targets: readonly number[];
  classes: number;
}

export interface Hyperparameters {
  epochs: number;
  batchSize: number;
  learningRate: number;
  /** Pulls weights to zero, so that few examples of many features are not learnt by heart. */
  weightDecay: number;
  seed: number;
}

export interface Epoch {
  epoch: number;
  /** The mean cross entropy of the epoch's examples, as they were met. */
  loss: number;
  /** The share of them that was classified rightly. */
  accuracy: number;
}

/** logits[c] = sum over f of weights[c * features + f] * x[f], plus biases[c]. */
export interface Affine {
  weights: Float32Array;
  biases: Float32Array;
}

const MOMENTUM = 0.9;
/** How long the thread may be kept from other work, in milliseconds. */
const PATIENCE = 8;

/** Features minus their mean, divided by one scale: directions keep their proportions, and any backbone's size fits. */
interface Standardized {
  rows: Float64Array[];
  mean: Float64Array;
  scale: number;
}

function standardize(features: readonly Float32Array[]): Standardized {
  const length = features[0].length;
  const mean = new Float64Array(length);
  for (const row of features) for (let f = 0; f < length; f++) mean[f] += row[f] / features.length;
  let variance = 0;
  const rows = features.map((row) => {
    const centred = Float64Array.from(row, (value, f) => value - mean[f]);
    for (const value of centred) variance += (value * value) / (features.length * length);
    return centred;
  });
  const scale = Math.sqrt(variance) || 1;
  for (const row of rows) for (let f = 0; f < length; f++) row[f] /= scale;
  return { rows, mean, scale };
}

/** `onEpoch` may throw to end the training. */
export async function fitSoftmax(
  { features, targets, classes }: TrainingSet,
  { epochs, batchSize, learningRate, weightDecay, seed }: Hyperparameters,
  onEpoch: (epoch: Epoch) => void,
): Promise<Affine> {
  const { rows, mean, scale } = standardize(features);
  const length = mean.length;
  const random = randomOf(seed);
  const weights = new Float64Array(classes * length);
  const biases = new Float64Array(classes);
  const speed = new Float64Array(weights.length);
  const biasSpeed = new Float64Array(classes);
  const gradient = new Float64Array(weights.length);
  const biasGradient = new Float64Array(classes);
  const probabilities = new Float64Array(classes);
  // A step of one and the same size for any number of features.
  const rate = learningRate / length;
  const decay = learningRate * weightDecay;
  let since = performance.now();

  for (let epoch = 1; epoch <= epochs; epoch++) {
    const order = shuffled(rows.length, random);
    let loss = 0;
    let right = 0;
    for (let begin = 0; begin < order.length; begin += batchSize) {
      const batch = order.subarray(begin, begin + batchSize);
      gradient.fill(0);
      biasGradient.fill(0);
      for (const example of batch) {
        const row = rows[example];
        const target = targets[example];
        const best = softmaxInto(probabilities, weights, biases, row);
        if (best === target) right++;
        // The logarithm is only shown, never learnt from.
        loss -= Math.log(Math.max(probabilities[target], Number.MIN_VALUE)) / order.length;
        for (let c = 0; c < classes; c++) {
          const error = (probabilities[c] - (c === target ? 1 : 0)) / batch.length;
          biasGradient[c] += error;
          const at = c * length;
          for (let f = 0; f < length; f++) gradient[at + f] += error * row[f];
        }
      }
      for (let i = 0; i < weights.length; i++) {
        speed[i] = MOMENTUM * speed[i] - rate * gradient[i] - decay * weights[i];
        weights[i] += speed[i];
      }
      for (let c = 0; c < classes; c++) {
        biasSpeed[c] = MOMENTUM * biasSpeed[c] - learningRate * biasGradient[c];
        biases[c] += biasSpeed[c];
      }
      if (performance.now() - since > PATIENCE) {
        await nextTask();
        since = performance.now();
      }
    }
    onEpoch({ epoch, loss, accuracy: right / order.length });
  }

  // For features as they come: W ((x - mean) / scale) + b.
  const shifted = Float32Array.from(biases, (bias, c) => {
    let sum = bias;
    for (let f = 0; f < length; f++) sum -= (weights[c * length + f] * mean[f]) / scale;
    return sum;
  });
  return { weights: Float32Array.from(weights, (weight) => weight / scale), biases: shifted };
}

/** Fills `probabilities` and returns the best class. */
function softmaxInto(
  probabilities: Float64Array,
  weights: ArrayLike<number>,
  biases: ArrayLike<number>,
  row: ArrayLike<number>,
): number {
  let best = 0;
  for (let c = 0; c < probabilities.length; c++) {
    let sum = biases[c];
    const at = c * row.length;
    for (let f = 0; f < row.length; f++) sum += weights[at + f] * row[f];
    probabilities[c] = sum;
    if (sum > probabilities[best]) best = c;
  }
  const max = probabilities[best];
  let total = 0;
  for (let c = 0; c < probabilities.length; c++) total += probabilities[c] = exactExp(probabilities[c] - max);
  for (let c = 0; c < probabilities.length; c++) probabilities[c] /= total;
  return best;
}

/** The probabilities that a trained head gives to features as they come. */
export function probabilitiesOf({ weights, biases }: Affine, features: ArrayLike<number>): Float64Array {
  const probabilities = new Float64Array(biases.length);
  softmaxInto(probabilities, weights, biases, features);
  return probabilities;
}
