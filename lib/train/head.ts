/** A classifier of one's own on a model's embeddings. */
import { MobileNetEdgeError } from '../errors';
import type { ClassifyOptions, ModelInfo, RunOptions } from '../model';
import { type Classification, checkTopK, topClasses } from '../topk';
import { encodeHead } from './head_file';
import { type Affine, probabilitiesOf } from './softmax_regression';

/** What a head needs of a model; Node's and the browser's have it. */
export interface Backbone<Source> {
  readonly info: Pick<ModelInfo, 'architecture' | 'alpha' | 'inputShape' | 'preprocess' | 'parameters'>;
  embed(image: Source, options?: RunOptions): Promise<Float32Array>;
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
  }

  /** The most probable classes of a picture, best first. Rejects as `embed` of the model does. */
  async classify(image: Source, options: ClassifyOptions = {}): Promise<Classification[]> {
    const topK = checkTopK(options?.topK ?? 5);
    return this.classifyEmbedding(await this.#model.embed(image, { signal: options?.signal }), { topK });
  }

  /** The same for features that `embed` gave. Throws TENSOR_INVALID if they are of another model. */
  classifyEmbedding(embedding: Float32Array, options: Pick<ClassifyOptions, 'topK'> = {}): Classification[] {
    if (!(embedding instanceof Float32Array) || embedding.length !== this.features) {
      throw new MobileNetEdgeError(
        'TENSOR_INVALID',
        `Expected ${this.features} features in a Float32Array but received ${(embedding as unknown as { length?: number })?.length ?? typeof embedding}`,
      );
    }
    return topClasses(probabilitiesOf(this, embedding), checkTopK(options.topK ?? 5), this.labels);
  }

  /** The bytes of one small file, which loadHead() reads on every platform. */
  save(): Uint8Array<ArrayBuffer> {
    const { labels, weights, biases } = this;
    return encodeHead({ labels, weights, biases, backbone: this.#backbone });
  }
}
