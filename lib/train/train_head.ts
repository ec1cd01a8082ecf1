import { checkSignal } from '../base/abort';
import { isTypedArray } from '../base/bytes';
import { throwIfAborted } from '../base/errors';
import { checkOptionKeys, invalidArgument, unexpected } from '../base/expect';
import { allFinite } from '../base/finite';
import { type Backbone, checkBackbone, describeBackbone, Head } from './head';
import { decodeHead } from './head_file';
import { type Epoch, fitSoftmax, type Hyperparameters } from './softmax_regression';

/** A picture, or the features that `embed` of the same model gave, and the name of its class. */
export type Example<Source> = { label: string } & ({ image: Source } | { embedding: Float32Array });

export interface TrainOptions<Source> extends Partial<Hyperparameters> {
  /** The model whose embeddings are learnt from. */
  model: Backbone<Source>;
  /** The same seed, examples and embeddings give the same weights, bit for bit, on every platform; default 1. */
  seed?: number;
  /** How often every example is looked at; default 40. */
  epochs?: number;
  /** Rejects with ABORTED as soon as it fires. */
  signal?: AbortSignal;
  /** Called with 0 to 1, and with how the epoch went once training has begun. */
  onProgress?: (fraction: number, epoch?: Epoch) => void;
}

const DEFAULTS: Hyperparameters = { epochs: 40, batchSize: 16, learningRate: 0.5, weightDecay: 0.001, seed: 1 };
/** The share of the progress that embedding the pictures takes. */
const EMBEDDING_SHARE = 0.8;

/**
 * Trains a classifier of classes of your own on a model's embeddings: softmax regression. Two classes with an example each
 * are enough, a few tens of each are good.
 *
 * Rejects with INVALID_ARGUMENT, TENSOR_INVALID, ABORTED, and as `model.embed` does.
 */
export async function trainHead<Source>(
  examples: readonly Example<Source>[],
  options: TrainOptions<Source>,
): Promise<Head<Source>> {
  const hyperparameters = checkOptions(options);
  const { model, signal, onProgress } = options;
  const labels = labelsOf(examples);
  const pictures = examples.filter((example) => !('embedding' in example)).length;
  const begin = pictures > 0 ? EMBEDDING_SHARE : 0;
  const features: Float32Array[] = [];
  let embedded = 0;
  for (const example of examples) {
    throwIfAborted(signal);
    if ('embedding' in example) features.push(example.embedding);
    else {
      features.push(await model.embed(example.image, { signal }));
      onProgress?.((begin * ++embedded) / pictures);
    }
  }
  checkFeatures(features);
  const targets = examples.map(({ label }) => labels.indexOf(label));
  const affine = await fitSoftmax({ features, targets, classes: labels.length }, hyperparameters, (epoch) => {
    throwIfAborted(signal);
    onProgress?.(begin + (1 - begin) * (epoch.epoch / hyperparameters.epochs), epoch);
  });
  return new Head({ labels, ...affine, backbone: describeBackbone(model as Backbone<never>) }, model);
}

/**
 * A head from the bytes that `save()` gave, on the model that it was trained on.
 * Throws MODEL_INVALID for other bytes and for another model, MODEL_UNSUPPORTED for files of later versions.
 */
export function readHead<Source>(bytes: Uint8Array, model: Backbone<Source>): Head<Source> {
  return new Head(decodeHead(bytes), model);
}

/** The classes in the order in which they come first. */
function labelsOf(examples: readonly Example<unknown>[]): string[] {
  if (!Array.isArray(examples)) throw invalidArgument('an array of examples', examples);
  for (const example of examples) {
    if (typeof example !== 'object' || example === null) {
      throw invalidArgument('every example to be { label, image } or { label, embedding }', example);
    }
    if (typeof example.label !== 'string') throw invalidArgument('every example to have a label', example.label);
    if (!('image' in example || 'embedding' in example)) {
      throw invalidArgument('every example to have an image or an embedding', example);
    }
  }
  const labels = [...new Set(examples.map(({ label }) => label))];
  if (labels.length < 2) throw invalidArgument('examples of at least two classes', labels);
  return labels;
}

function checkFeatures(features: readonly Float32Array[]): void {
  const length = features[0]?.length;
  for (const row of features) {
    const isRow = isTypedArray(row, 'Float32Array');
    if (isRow && row.length === length && length > 0 && allFinite(row)) continue;
    const expected = `embeddings of ${length} finite numbers in a Float32Array, all of one model,`;
    throw unexpected('TENSOR_INVALID', expected, row);
  }
}

const OPTIONS = [
  'model',
  'seed',
  'epochs',
  'batchSize',
  'learningRate',
  'weightDecay',
  'signal',
  'onProgress',
] as const satisfies (keyof TrainOptions<never>)[];

function checkOptions<Source>(options: TrainOptions<Source>): Hyperparameters {
  checkOptionKeys(options, OPTIONS);
  checkBackbone(options.model);
  checkSignal(options.signal);
  const { epochs, batchSize, learningRate, weightDecay, seed } = { ...DEFAULTS, ...definedOf(options) };
  for (const [name, value] of Object.entries({ epochs, batchSize })) {
    if (!Number.isSafeInteger(value) || value < 1) throw invalidArgument(`${name} to be a whole number from 1`, value);
  }
  for (const [name, value, least] of [
    ['learningRate', learningRate, Number.MIN_VALUE],
    ['weightDecay', weightDecay, 0],
  ] as const) {
    if (!(Number.isFinite(value) && value >= least)) throw invalidArgument(`${name} to be a number above 0`, value);
  }
  if (!Number.isSafeInteger(seed)) throw invalidArgument('seed to be a whole number', seed);
  return { epochs, batchSize, learningRate, weightDecay, seed };
}

function definedOf<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
}
