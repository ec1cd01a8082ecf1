/** The public face of a loaded network, on every platform. */
import type { Backend } from '../engines/engine';
import type { FormatName } from '../formats';
import type { FileType, TensorValues } from '../graph/graph';
import type { Preprocess } from '../image/preprocess';
import type { ViewOptions } from '../image/view';
import type { Precision } from '../passes/simplify';
import type { ClassOptions } from './class_selection';
import type { Classification } from './topk';

export interface ModelInfo {
  /** Which of the papers' networks the layers are. */
  architecture: 'mobilenet_v1' | 'mobilenet_v2' | 'custom';
  /** Width multiplier; null for a custom network. */
  alpha: number | null;
  /** [1, height, width, channels]. */
  inputShape: readonly number[];
  /** The element type of `predict`'s input and first output: the file's own. */
  inputType: FileType;
  outputType: FileType;
  /** All results of `predict`, in the file's order and under its names. classify() reads the first. */
  outputs: readonly OutputInfo[];
  /** Length of the first output; 2 where it is a single value (a logit or a sigmoid); of a map, the values at each position. */
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
  format: FormatName | 'graph';
  /** How pictures are cropped, resized and scaled for this model. */
  preprocess: Preprocess;
  /** What was not as it should be, though the model loads: labels that do not fit, say. Mostly empty. */
  warnings: readonly string[];
}

export interface OutputInfo {
  /** The file's own: of the tensor in TFLite files, of the layer in Keras'. */
  name: string;
  /** As the file has it, batch first. */
  shape: readonly number[];
  type: FileType;
}

export interface RunOptions {
  /** Rejects with ABORTED when it fires, and ends the inference if that has begun. */
  signal?: AbortSignal;
}

/** What is looked at in a picture. */
export interface EmbedOptions extends RunOptions, ViewOptions {}

export interface ClassifyOptions extends EmbedOptions, ClassOptions {}

/** The raw results of `predict`, dense, in the model's own types. `data` and `shape` are those of the first output. */
export interface Prediction {
  data: TensorValues;
  shape: readonly number[];
  /** As `info.outputs`. */
  outputs: readonly (OutputInfo & { data: TensorValues })[];
}

/**
 * A loaded model, which takes pictures as `Source`. All methods may be called concurrently and without their object: calls
 * queue and are answered in order, off the main thread. All reject with MODEL_CLOSED after close(), and with QUEUE_FULL beyond
 * the `maxQueue` of load(); an array of pictures is one call.
 */
export interface Model<Source> {
  readonly info: Readonly<ModelInfo>;

  /**
   * The most probable classes of a picture, best first, ties by lower index; for an array of pictures, an array of those.
   * A network with a single output, a logit or a sigmoid, has two classes: it gives the probability of class 1.
   * Rejects with IMAGE_* if the source is not a picture, INVALID_ARGUMENT for bad options and MODEL_UNSUPPORTED where the output is a
   * map and no vector of classes.
   */
  classify(image: Source, options?: ClassifyOptions): Promise<Classification[]>;
  classify(images: readonly Source[], options?: ClassifyOptions): Promise<Classification[][]>;

  /** The pooled features under the classifier: 1024 * alpha values for v1, 1280 for v2 (more above alpha 1). */
  embed(image: Source, options?: EmbedOptions): Promise<Float32Array>;

  /**
   * Runs the network on exactly this tensor: `info.inputShape` values in `info.inputType`, dense NHWC, also where the file
   * has channels first.
   * Rejects with TENSOR_INVALID for another type or length or a number that is not finite.
   */
  predict(tensor: TensorValues, options?: RunOptions): Promise<Prediction>;

  /**
   * Ends a running inference and frees the memory of the engine, in browsers the worker; that inference and queued calls
   * reject with MODEL_CLOSED. Idempotent.
   */
  close(): void;

  /** The same, and waits for its end. */
  [Symbol.asyncDispose](): Promise<void>;
}
