/** A network that names what it sees: the Model of Node, and of the worker in browsers. */
import { bindMethods } from '../base/bind_methods';
import { deepFreeze } from '../base/deep_freeze';
import { asyncDispose } from '../base/dispose';
import { MobileNetEdgeError } from '../base/errors';
import type { TensorValues } from '../graph/graph';
import { CallLimit, mapInFlight } from './call_limit';
import { checkIsClassifier, classProbabilities } from './class_output';
import { selectClasses } from './class_selection';
import type { ClassifyOptions, EmbedOptions, Model, ModelInfo, Prediction, RunOptions } from './model';
import { Network, type NetworkParts, type OpTime, type Result } from './network';
import { Pictures, type PicturesParts } from './pictures';
import { checkClassifyOptions, checkEmbedOptions, checkRunOptions, type PictureRun } from './run_options';
import { toReal } from './tensor_io';
import type { Classification } from './topk';

/** Everything a Model is made of; put together by load(). */
export interface ModelParts<Source> extends NetworkParts, PicturesParts<Source> {
  info: ModelInfo;
  /** Whether the network itself ends in softmax or sigmoid. */
  givesProbabilities: boolean;
  labels: readonly string[] | undefined;
  /** How many calls may be without an answer at a time. */
  maxQueue?: number;
}

/** Throws TENSOR_INVALID if numbers have left the range of float32 on their way through the network. */
function checkFinite(values: Float32Array): Float32Array {
  if (values.every(Number.isFinite)) return values;
  throw new MobileNetEdgeError(
    'TENSOR_INVALID',
    'Expected finite results but the network gave others: check preprocess.range and the weights, and with precision float16 try float32',
  );
}

export class Classifier<Source> implements Model<Source> {
  readonly info: Readonly<ModelInfo>;
  readonly #network: Network;
  readonly #pictures: Pictures<Source>;
  readonly #calls: CallLimit;
  readonly #givesProbabilities: boolean;
  readonly #labels: readonly string[] | undefined;

  /** @internal Use load(). */
  constructor(parts: ModelParts<Source>) {
    this.info = deepFreeze(parts.info);
    this.#network = new Network(parts);
    this.#pictures = new Pictures(parts, parts.input, this.info.preprocess);
    this.#calls = new CallLimit(parts.maxQueue);
    this.#givesProbabilities = parts.givesProbabilities;
    this.#labels = parts.labels;
    bindMethods(this);
  }

  classify(image: Source, options?: ClassifyOptions): Promise<Classification[]>;
  classify(images: readonly Source[], options?: ClassifyOptions): Promise<Classification[][]>;
  async classify(
    image: Source | readonly Source[],
    options?: ClassifyOptions,
  ): Promise<Classification[] | Classification[][]> {
    this.#network.checkOpen();
    const { selection, ...run } = checkClassifyOptions(options);
    checkIsClassifier(this.#network.output.tensor);
    const classifyOne = async (one: Source): Promise<Classification[]> => {
      const values = await this.#runPicture(one, this.#network.output, run);
      return selectClasses(classProbabilities(values, this.#givesProbabilities), selection, this.#labels);
    };
    return this.#calls.run(async () =>
      Array.isArray(image) ? mapInFlight(image, classifyOne) : classifyOne(image as Source),
    );
  }

  async embed(image: Source, options?: EmbedOptions): Promise<Float32Array> {
    this.#network.checkOpen();
    const run = checkEmbedOptions(options);
    const { embedding } = this.#network;
    if (!embedding) {
      throw new MobileNetEdgeError(
        'MODEL_UNSUPPORTED',
        'Expected a network with global pooling, which embed() reads, but this one has none',
      );
    }
    return this.#calls.run(() => this.#runPicture(image, embedding, run));
  }

  async predict(tensor: TensorValues, options?: RunOptions): Promise<Prediction> {
    this.#network.checkOpen();
    const { signal } = checkRunOptions(options);
    this.#network.check(tensor);
    return this.#calls.run(async () => {
      const values = await this.#network.runAll(this.#network.ownInput(tensor), signal);
      const outputs = this.info.outputs.map((output, i) => ({ ...output, data: values[i] }));
      const [{ data, shape }] = outputs;
      return { data, shape, outputs };
    });
  }

  /** Runs the network as predict() does; returns the time of each op. */
  async profile(tensor: TensorValues): Promise<OpTime[]> {
    this.#network.checkOpen();
    this.#network.check(tensor);
    return this.#network.profile(tensor);
  }

  close(): void {
    void this.#network.close();
  }

  async [asyncDispose](): Promise<void> {
    await this.#network.close();
  }

  /** The real values of a result. */
  async #runPicture(image: Source, result: Result, run: PictureRun): Promise<Float32Array> {
    this.#network.checkOpen();
    const tensor = await this.#pictures.toTensor(image, run);
    return checkFinite(toReal(await this.#network.runFor(result, tensor, run.signal), result.tensor));
  }
}
