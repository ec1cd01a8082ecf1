/** A network that names what it sees: the Model of Node, and of the worker in browsers. */
import { bindMethods } from '../base/bind_methods';
import { deepFreeze } from '../base/deep_freeze';
import { MobileNetEdgeError, throwIfAborted } from '../base/errors';
import { SerialQueue } from '../base/serial_queue';
import type { OpOutline } from '../compile/outline';
import type { Session } from '../engines/engine';
import { pixels, type Tensor } from '../graph/graph';
import type { Image } from '../image/image';
import { viewOf } from '../image/view';
import type { Port, PortValues, Program } from '../program/program';
import { CallLimit, mapInFlight } from './call_limit';
import { checkIsClassifier, classProbabilities } from './class_output';
import { selectClasses } from './class_selection';
import type { ClassifyOptions, EmbedOptions, Model, ModelInfo, Prediction, RunOptions } from './model';
import { checkClassifyOptions, checkEmbedOptions, checkRunOptions, type PictureRun } from './run_options';
import { swapSides } from './swapped_sides';
import { arenaToReal, checkTensor, fromArena, fromReal, type TensorValues, toArena } from './tensor_io';
import type { Classification } from './topk';

/** The time of one op of an inference. */
export interface OpTime extends OpOutline {
  ms: number;
}

/** Everything a Model is made of; put together by load(). */
export interface ModelParts<Source> {
  /** The bytes of a picture that is on its way; undefined for others. */
  arrive?(source: Source, signal?: AbortSignal): Promise<Source> | undefined;
  /** Upright pixels of what this platform's users pass. */
  decode(source: Source, signal?: AbortSignal): Promise<Image>;
  info: ModelInfo;
  session: Session;
  program: Pick<Program, 'input' | 'output' | 'embedding'>;
  /** What each op of the program does. */
  outline: readonly OpOutline[];
  /** The model's own tensors, quantization included. */
  input: Tensor;
  /** Whether the network reads the columns of `input` as rows. */
  swapsSides: boolean;
  output: Tensor;
  embedding: Tensor | undefined;
  /** Whether the network itself ends in softmax or sigmoid. */
  givesProbabilities: boolean;
  labels: readonly string[] | undefined;
  /** How many calls may be without an answer at a time. */
  maxQueue?: number;
}

/** Throws TENSOR_INVALID if numbers have left the range of float32 on their way through the network. */
function checkFinite<Values extends Float32Array | Float64Array>(values: Values): Values {
  if (values.every(Number.isFinite)) return values;
  throw new MobileNetEdgeError(
    'TENSOR_INVALID',
    'Expected finite results but the network gave others: check preprocess.range and the weights, and with precision float16 try float32',
  );
}

/** Frees engines of models that were dropped without close(). */
const forgotten = new FinalizationRegistry<Session>((session) => void session.close());

export class Classifier<Source> implements Model<Source> {
  readonly info: Readonly<ModelInfo>;
  readonly #parts: ModelParts<Source>;
  readonly #pictures = new SerialQueue();
  readonly #inferences = new SerialQueue();
  readonly #calls: CallLimit;
  #closed = false;

  /** @internal Use load(). */
  constructor(parts: ModelParts<Source>) {
    this.info = deepFreeze(parts.info);
    this.#parts = parts;
    this.#calls = new CallLimit(parts.maxQueue);
    bindMethods(this);
    forgotten.register(this, parts.session, this);
  }

  classify(image: Source, options?: ClassifyOptions): Promise<Classification[]>;
  classify(images: readonly Source[], options?: ClassifyOptions): Promise<Classification[][]>;
  async classify(
    image: Source | readonly Source[],
    options?: ClassifyOptions,
  ): Promise<Classification[] | Classification[][]> {
    this.#checkOpen();
    const { selection, ...run } = checkClassifyOptions(options);
    checkIsClassifier(this.#parts.output);
    const classifyOne = async (one: Source): Promise<Classification[]> => {
      const { program, output, givesProbabilities, labels } = this.#parts;
      const values = arenaToReal(await this.#runPicture(one, program.output, run), output);
      return selectClasses(classProbabilities(checkFinite(values), givesProbabilities), selection, labels);
    };
    return this.#calls.run(async () =>
      Array.isArray(image) ? mapInFlight(image, classifyOne) : classifyOne(image as Source),
    );
  }

  async embed(image: Source, options?: EmbedOptions): Promise<Float32Array> {
    this.#checkOpen();
    const run = checkEmbedOptions(options);
    const { program, embedding } = this.#parts;
    if (!program.embedding || !embedding) {
      throw new MobileNetEdgeError(
        'MODEL_UNSUPPORTED',
        'Expected a network with global pooling, which embed() reads, but this one has none',
      );
    }
    const port = program.embedding;
    return this.#calls.run(async () => checkFinite(arenaToReal(await this.#runPicture(image, port, run), embedding)));
  }

  async predict(tensor: TensorValues, options?: RunOptions): Promise<Prediction> {
    this.#checkOpen();
    const { signal } = checkRunOptions(options);
    const { input, output, program, session } = this.#parts;
    checkTensor(tensor, input, session.allFinite);
    return this.#calls.run(async () => {
      const values = await this.#infer(this.#ownInput(tensor), program.output, signal);
      return { data: fromArena(values, output), shape: output.shape };
    });
  }

  /** Runs the network as predict() does; returns the time of each op. */
  async profile(tensor: TensorValues): Promise<OpTime[]> {
    this.#checkOpen();
    const { input, outline, program, session } = this.#parts;
    checkTensor(tensor, input, session.allFinite);
    const values = this.#arenaValues(tensor);
    const times = await this.#inferences.run(() => {
      this.#checkOpen();
      return session.profile(values, program.output);
    });
    return outline.map((op, i) => ({ ...op, ms: times[i] }));
  }

  close(): void {
    void this.#close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }

  #close(): Promise<void> {
    this.#closed = true;
    forgotten.unregister(this);
    return this.#parts.session.close();
  }

  #checkOpen(): void {
    if (this.#closed) throw new MobileNetEdgeError('MODEL_CLOSED', 'This model was closed; load it again to use it');
  }

  async #runPicture(image: Source, port: Port, run: PictureRun): Promise<PortValues> {
    this.#checkOpen();
    const { signal } = run;
    throwIfAborted(signal);
    const arriving = this.#parts.arrive?.(image, signal);
    const arrived = arriving ? await arriving : image;
    const values = await this.#pictures.run(() => this.#toTensor(arrived, run), signal);
    return this.#infer(this.#arenaValues(values), port, signal);
  }

  /** What the engine takes, which the caller cannot change any more once predict() has returned. */
  #ownInput(tensor: TensorValues): PortValues {
    const values = this.#arenaValues(tensor);
    // An engine copies its input as soon as a run is asked for.
    return values === tensor && !this.#inferences.isIdle ? values.slice() : values;
  }

  #arenaValues(picture: TensorValues): PortValues {
    const { input, swapsSides, program, session } = this.#parts;
    const values = swapsSides ? swapSides(picture, input) : picture;
    const { type } = program.input;
    const areBytes = type === 'uint8' || type === 'int8';
    return session.takesEitherSign && areBytes ? values : toArena(values, input, type);
  }

  #infer(values: PortValues, port: Port, signal?: AbortSignal): Promise<PortValues> {
    return this.#inferences.run(() => {
      this.#checkOpen();
      return this.#parts.session.run(values, port, signal);
    }, signal);
  }

  /** A picture as the tensor that `predict` would take. */
  async #toTensor(image: Source, { view, signal }: PictureRun): Promise<TensorValues> {
    const { input, decode } = this.#parts;
    const [height, width, channels] = pixels(input.shape);
    if (channels !== 1 && channels !== 3) {
      throw new MobileNetEdgeError(
        'MODEL_UNSUPPORTED',
        `Expected a network that reads 1 or 3 channels but this one reads ${channels}; use predict() with a tensor`,
      );
    }
    const picture = viewOf(await decode(image, signal), view);
    const { preprocessToFloat } = await import('../image/to_tensor.js');
    const values = preprocessToFloat(picture, { height, width, channels }, this.info.preprocess);
    return fromReal(values, input);
  }
}
