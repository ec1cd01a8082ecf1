import { checkSignal } from './abort';
import { bindMethods } from './bind_methods';
import { CallLimit, mapInFlight } from './call_limit';
import { checkIsClassifier, classProbabilities } from './class_output';
import {
  CLASS_OPTIONS,
  type ClassOptions,
  type ClassSelection,
  checkClassOptions,
  selectClasses,
} from './class_selection';
import type { OpOutline } from './compile/outline';
import type { Backend, Session } from './engines/engine';
import { MobileNetEdgeError, throwIfAborted } from './errors';
import { checkOptionKeys } from './expect';
import { pixels, type Tensor } from './graph';
import type { Image } from './image/image';
import type { Preprocess } from './image/preprocess';
import type { ImageSource } from './image/source';
import { checkViewOptions, VIEW_OPTIONS, type ViewOptions, viewOf } from './image/view';
import type { Precision } from './passes/simplify';
import type { Port, PortValues, Program } from './program/program';
import { SerialQueue } from './serial_queue';
import { swapSides } from './swapped_sides';
import { arenaToReal, checkTensor, fromArena, fromReal, type TensorValues, toArena } from './tensor_io';
import type { Classification } from './topk';

export interface ModelInfo {
  /** Which of the papers' networks the layers are. */
  architecture: 'mobilenet_v1' | 'mobilenet_v2' | 'custom';
  /** Width multiplier; null for a custom network. */
  alpha: number | null;
  /** [1, height, width, channels]. */
  inputShape: readonly number[];
  /** The element type of `predict`'s input and output: the file's own. */
  inputType: Tensor['type'];
  outputType: Tensor['type'];
  /** Length of the output; 2 where it is a single value (a logit or a sigmoid); of a map, the values at each position. */
  classes: number;
  /** Weights and biases, batch normalisation folded. */
  parameters: number;
  /** Multiply-accumulates of one inference. */
  macs: number;
  /** Bytes of packed weights in memory. */
  weightBytes: number;
  /** Bytes of activations and scratch in memory. */
  arenaBytes: number;
  backend: Backend;
  /** Instruction set chosen at run time. */
  isa: string;
  /** Why `backend: 'auto'` did not use the native engine, where it did not. */
  fallbackReason?: string;
  threads: number;
  /** What the engine computes with. */
  precision: Precision;
  /** Why `precision: 'auto'` computes a file with quantized weights in float32, where it does: names the operator. */
  precisionReason?: string;
  /** The file's format; 'graph' for a network given as data. */
  format: 'tflite' | 'tfjs-layers' | 'graph';
  /** How pictures are cropped, resized and scaled for this model. */
  preprocess: Preprocess;
  /** What was not as it should be, though the model loads: labels that do not fit, say. Mostly empty. */
  warnings: readonly string[];
}

export interface RunOptions {
  /** Rejects with ABORTED when it fires, and ends the inference if that has begun. */
  signal?: AbortSignal;
}

/** What is looked at in a picture. */
export interface EmbedOptions extends RunOptions, ViewOptions {}

export interface ClassifyOptions extends EmbedOptions, ClassOptions {}

/** The raw output of `predict`, in the model's own type. */
export interface Prediction {
  data: TensorValues;
  shape: readonly number[];
}

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

const RUN_OPTIONS = ['signal'] as const satisfies (keyof RunOptions)[];

/** What all calls check first. Throws INVALID_ARGUMENT. */
export function checkRunOptions(options: RunOptions = {}, others: readonly string[] = []): RunOptions {
  checkOptionKeys(options, [...RUN_OPTIONS, ...others]);
  checkSignal(options.signal);
  return options;
}

/** A picture's way into a run. */
export interface PictureRun extends RunOptions {
  view: ViewOptions;
}

/** The same for embed. */
export function checkEmbedOptions(options: EmbedOptions = {}, others: readonly string[] = []): PictureRun {
  const { signal } = checkRunOptions(options, [...VIEW_OPTIONS, ...others]);
  return { signal, view: checkViewOptions(options) };
}

/** The same for classify. */
export function checkClassifyOptions(options: ClassifyOptions = {}): PictureRun & { selection: ClassSelection } {
  return { ...checkEmbedOptions(options, CLASS_OPTIONS), selection: checkClassOptions(options) };
}

/** Throws TENSOR_INVALID if numbers have left the range of float32 on their way through the network. */
function checkFinite<Values extends Float32Array | Float64Array>(values: Values): Values {
  if (values.every(Number.isFinite)) return values;
  throw new MobileNetEdgeError(
    'TENSOR_INVALID',
    'Expected finite results but the network gave others: check preprocess.range and the weights, and with precision float16 try float32',
  );
}

export function deepFreeze<T extends object>(value: T): Readonly<T> {
  for (const part of Object.values(value)) if (typeof part === 'object' && part !== null) deepFreeze(part);
  return Object.freeze(value);
}

/** Frees engines of models that were dropped without close(). */
const forgotten = new FinalizationRegistry<Session>((session) => void session.close());

/**
 * A loaded model. All methods may be called concurrently: calls queue and are answered in order, off the main
 * thread. All reject with MODEL_CLOSED after close(), and with QUEUE_FULL beyond the `maxQueue` of load(); an array of
 * pictures is one call.
 */
export class Model<Source = ImageSource> {
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

  /**
   * The most probable classes of a picture, best first, ties by lower index; for an array of pictures, an array of those.
   * A network with a single output, a logit or a sigmoid, has two classes: it gives the probability of class 1.
   * Rejects with IMAGE_* for what is no picture, INVALID_ARGUMENT for bad options and MODEL_UNSUPPORTED where the output is a
   * map and no vector of classes.
   */
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

  /** The pooled features under the classifier: 1024 * alpha values for v1, 1280 for v2 (more above alpha 1). */
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

  /**
   * Runs the network on exactly this tensor: `info.inputShape` values in `info.inputType`, dense NHWC, also where the file
   * has channels first.
   * Rejects with TENSOR_INVALID for another type or length or a number that is not finite.
   */
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

  /**
   * Runs the network as predict() does; returns the time of each op.
   * @internal
   */
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

  /** Ends a running inference and frees the engine's memory; it and queued calls reject with MODEL_CLOSED. Idempotent. */
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
    const { preprocessToFloat } = await import('./image/to_tensor.js');
    const values = preprocessToFloat(picture, { height, width, channels }, this.info.preprocess);
    return fromReal(values, input);
  }
}
