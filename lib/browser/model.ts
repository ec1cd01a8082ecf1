import { bindMethods } from '../bind_methods';
import { CallLimit, mapInFlight } from '../call_limit';
import { MobileNetEdgeError, throwIfAborted } from '../errors';
import {
  type ClassifyOptions,
  checkClassifyOptions,
  checkEmbedOptions,
  checkRunOptions,
  deepFreeze,
  type EmbedOptions,
  type ModelInfo,
  type Prediction,
  type RunOptions,
} from '../model';
import type { TensorValues } from '../tensor_io';
import type { Classification } from '../topk';
import type { Channel } from './channel';
import { type ImageSource, packPicture } from './picture';

/** Ends the workers of models that were dropped without close(). */
const forgotten = new FinalizationRegistry<Channel>((channel) => channel.close());

/**
 * A loaded model. All methods may be called concurrently: calls queue and are answered in order, in the model's worker.
 * All reject with MODEL_CLOSED after close(), and with QUEUE_FULL beyond the `maxQueue` of load(); an array of pictures is
 * one call.
 */
export class Model {
  readonly info: Readonly<ModelInfo>;
  readonly #channel: Channel;
  readonly #calls: CallLimit;
  #closed = false;

  /** @internal Use load(). */
  constructor(info: ModelInfo, channel: Channel, maxQueue?: number) {
    this.info = deepFreeze(info);
    this.#channel = channel;
    this.#calls = new CallLimit(maxQueue);
    bindMethods(this);
    forgotten.register(this, channel, this);
  }

  /**
   * The most probable classes of a picture, best first, ties by lower index; for an array of pictures, an array of those.
   * Rejects with IMAGE_* for what is no picture and INVALID_ARGUMENT for bad options.
   */
  classify(image: ImageSource, options?: ClassifyOptions): Promise<Classification[]>;
  classify(images: readonly ImageSource[], options?: ClassifyOptions): Promise<Classification[][]>;
  async classify(
    image: ImageSource | readonly ImageSource[],
    options?: ClassifyOptions,
  ): Promise<Classification[] | Classification[][]> {
    this.#checkOpen();
    const { selection, view, signal } = checkClassifyOptions(options);
    const classifyOne = async (one: ImageSource): Promise<Classification[]> => {
      throwIfAborted(signal);
      const { picture, transfer } = await packPicture(one, signal);
      return this.#request({ kind: 'classify', picture, selection, view }, transfer, signal) as Promise<
        Classification[]
      >;
    };
    return this.#calls.run(async () =>
      Array.isArray(image) ? mapInFlight(image, classifyOne) : classifyOne(image as ImageSource),
    );
  }

  /** The pooled features under the classifier: 1024 * alpha values for v1, 1280 for v2 (more above alpha 1). */
  async embed(image: ImageSource, options?: EmbedOptions): Promise<Float32Array> {
    this.#checkOpen();
    const { view, signal } = checkEmbedOptions(options);
    throwIfAborted(signal);
    return this.#calls.run(async () => {
      const { picture, transfer } = await packPicture(image, signal);
      return this.#request({ kind: 'embed', picture, view }, transfer, signal) as Promise<Float32Array>;
    });
  }

  /**
   * Runs the network on exactly this tensor: `info.inputShape` values in `info.inputType`, dense NHWC.
   * Rejects with TENSOR_INVALID for another type or length or a number that is not finite.
   */
  async predict(tensor: TensorValues, options?: RunOptions): Promise<Prediction> {
    this.#checkOpen();
    const { signal } = checkRunOptions(options);
    // Sending a view would send all of its buffer.
    const copy = ArrayBuffer.isView(tensor) ? tensor.slice() : tensor;
    const transfer = ArrayBuffer.isView(copy) ? [copy.buffer as ArrayBuffer] : [];
    return this.#calls.run(
      () => this.#request({ kind: 'predict', tensor: copy }, transfer, signal) as Promise<Prediction>,
    );
  }

  /** Ends the model's worker; calls without an answer reject with MODEL_CLOSED. Idempotent. */
  close(): void {
    this.#closed = true;
    forgotten.unregister(this);
    this.#channel.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  #request(
    request: Parameters<Channel['request']>[0],
    transfer: Transferable[],
    signal?: AbortSignal,
  ): Promise<unknown> {
    this.#checkOpen();
    return this.#channel.request(request, transfer, { signal });
  }

  #checkOpen(): void {
    if (this.#closed) throw new MobileNetEdgeError('MODEL_CLOSED', 'This model was closed; load it again to use it');
  }
}
