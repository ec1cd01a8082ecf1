import { MobileNetEdgeError, throwIfAborted } from '../errors';
import {
  type ClassifyOptions,
  checkRunOptions,
  deepFreeze,
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
 * All reject with MODEL_CLOSED after close().
 */
export class Model {
  readonly info: Readonly<ModelInfo>;
  readonly #channel: Channel;
  #closed = false;

  /** @internal Use load(). */
  constructor(info: ModelInfo, channel: Channel) {
    this.info = deepFreeze(info);
    this.#channel = channel;
    forgotten.register(this, channel, this);
  }

  /**
   * The most probable classes of a picture, best first, ties by lower index; for an array of pictures, an array of those.
   * Rejects with IMAGE_* for what is no picture and INVALID_ARGUMENT for a bad topK.
   */
  classify(image: ImageSource, options?: ClassifyOptions): Promise<Classification[]>;
  classify(images: readonly ImageSource[], options?: ClassifyOptions): Promise<Classification[][]>;
  async classify(
    image: ImageSource | readonly ImageSource[],
    options?: ClassifyOptions,
  ): Promise<Classification[] | Classification[][]> {
    this.#checkOpen();
    const { topK, signal } = checkRunOptions(options);
    const classifyOne = async (one: ImageSource): Promise<Classification[]> => {
      throwIfAborted(signal);
      const { picture, transfer } = await packPicture(one);
      return this.#request({ kind: 'classify', picture, topK }, transfer, signal) as Promise<Classification[]>;
    };
    return Array.isArray(image) ? Promise.all(image.map(classifyOne)) : classifyOne(image as ImageSource);
  }

  /** The pooled features under the classifier: 1024 * alpha values for v1, 1280 for v2 (more above alpha 1). */
  async embed(image: ImageSource, options?: RunOptions): Promise<Float32Array> {
    this.#checkOpen();
    const { signal } = checkRunOptions(options);
    throwIfAborted(signal);
    const { picture, transfer } = await packPicture(image);
    return this.#request({ kind: 'embed', picture }, transfer, signal) as Promise<Float32Array>;
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
    return this.#request({ kind: 'predict', tensor: copy }, transfer, signal) as Promise<Prediction>;
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
