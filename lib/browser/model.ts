import { bindMethods } from '../base/bind_methods';
import { deepFreeze } from '../base/deep_freeze';
import { asyncDispose } from '../base/dispose';
import { MobileNetEdgeError, throwIfAborted } from '../base/errors';
import type { TensorValues } from '../graph/graph';
import { CallLimit, mapInFlight } from '../model/call_limit';
import type * as model from '../model/model';
import type { ClassifyOptions, EmbedOptions, ModelInfo, Prediction, RunOptions } from '../model/model';
import { checkClassifyOptions, checkEmbedOptions, checkRunOptions } from '../model/run_options';
import type { Classification } from '../model/topk';
import type { Channel } from './channel';
import { type ImageSource, packPicture } from './picture';

/** Ends the workers of models that were dropped without close(). */
const forgotten = new FinalizationRegistry<Channel>((channel) => channel.close());

/** A loaded model; the inference is in a worker. */
export type Model = model.Model<ImageSource>;

/** A Model that is only a channel to the one in its worker. */
export class RemoteModel implements Model {
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

  async embed(image: ImageSource, options?: EmbedOptions): Promise<Float32Array> {
    this.#checkOpen();
    const { view, signal } = checkEmbedOptions(options);
    throwIfAborted(signal);
    return this.#calls.run(async () => {
      const { picture, transfer } = await packPicture(image, signal);
      return this.#request({ kind: 'embed', picture, view }, transfer, signal) as Promise<Float32Array>;
    });
  }

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

  close(): void {
    this.#closed = true;
    forgotten.unregister(this);
    this.#channel.close();
  }

  async [asyncDispose](): Promise<void> {
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
