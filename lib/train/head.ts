/** A classifier of one's own on a model's embeddings. */
import { bindMethods } from '../base/bind_methods';
import { isTypedArray } from '../base/bytes';
import { MobileNetEdgeError } from '../base/errors';
import { checkOptionKeys, invalidArgument, unexpected } from '../base/expect';
import { CLASS_OPTIONS, type ClassOptions, checkClassOptions, selectClasses } from '../model/class_selection';
import type { ClassifyOptions, EmbedOptions, ModelInfo } from '../model/model';
import { checkClassifyOptions } from '../model/run_options';
import type { Classification } from '../model/topk';
import { encodeHead } from './head_file';
import { type Affine, probabilitiesOf } from './softmax_regression';

/** What a head needs of a model; Node's and the browser's have it. */
export interface Backbone<Source> {
  readonly info: Pick<ModelInfo, 'architecture' | 'alpha' | 'inputShape' | 'preprocess' | 'parameters'>;
  embed(image: Source, options?: EmbedOptions): Promise<Float32Array>;
}

/** The layer itself: what is saved. */
export interface HeadParts extends Affine {
  labels: readonly string[];
  /** The model it was trained on. */
  backbone: string;
}

/** Tells one backbone from another: a head is of no use on the features of others. */
export function describeBackbone({ info }: Backbone<never>): string {
  const { architecture, alpha, inputShape, parameters, preprocess } = info;
  const pixels = `${preprocess.crop} ${preprocess.resize} ${JSON.stringify(preprocess.range)}`;
  return `${architecture} ${alpha} ${inputShape.slice(1).join('x')}, ${parameters} parameters, ${pixels}`;
}

/** Throws INVALID_ARGUMENT unless `model` is what load() gives. */
export function checkBackbone(model: unknown): asserts model is Backbone<never> {
  const { info, embed } = (model ?? {}) as Partial<Backbone<never>>;
  if (typeof embed === 'function' && info?.preprocess && info.inputShape) return;
  throw invalidArgument('options.model to be a model that load() gave', model);
}

export class Head<Source> {
  /** The names of the classes, in the order of the output. */
  readonly labels: readonly string[];
  /** How many features it reads. */
  readonly features: number;
  /** [class][feature], row by row, and one bias a class. */
  readonly weights: Float32Array;
  readonly biases: Float32Array;
  readonly #model: Backbone<Source>;
  readonly #backbone: string;

  /** @internal Use trainHead() or loadHead(). */
  constructor(parts: HeadParts, model: Backbone<Source>) {
    checkBackbone(model);
    const backbone = describeBackbone(model as Backbone<never>);
    if (parts.backbone !== backbone) {
      throw new MobileNetEdgeError(
        'MODEL_INVALID',
        `Expected the model that the head was trained on (${parts.backbone}) but received another (${backbone})`,
      );
    }
    this.labels = Object.freeze([...parts.labels]);
    this.features = parts.weights.length / parts.labels.length;
    this.weights = parts.weights;
    this.biases = parts.biases;
    this.#model = model;
    this.#backbone = backbone;
    bindMethods(this);
  }

  /** The most probable classes of a picture, best first. Rejects as `classify` of the model does. */
  async classify(image: Source, options: ClassifyOptions = {}): Promise<Classification[]> {
    const { signal, selection, view } = checkClassifyOptions(options);
    const embedding = this.#checked(await this.#model.embed(image, { ...view, signal }));
    return selectClasses(probabilitiesOf(this, embedding), selection, this.labels);
  }

  /** The same for features that `embed` gave. Throws TENSOR_INVALID if they are of another model. */
  classifyEmbedding(embedding: Float32Array, options: ClassOptions = {}): Classification[] {
    checkOptionKeys(options, CLASS_OPTIONS);
    return selectClasses(probabilitiesOf(this, this.#checked(embedding)), checkClassOptions(options), this.labels);
  }

  /** The bytes of one small file, which loadHead() reads on every platform. */
  save(): Uint8Array<ArrayBuffer> {
    const { labels, weights, biases } = this;
    return encodeHead({ labels, weights, biases, backbone: this.#backbone });
  }

  #checked(embedding: Float32Array): Float32Array {
    if (isTypedArray(embedding, 'Float32Array') && embedding.length === this.features) return embedding;
    const received = isTypedArray(embedding, 'Float32Array') ? embedding.length : embedding;
    throw unexpected('TENSOR_INVALID', `${this.features} features in a Float32Array`, received);
  }
}
