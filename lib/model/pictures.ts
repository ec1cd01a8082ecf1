/** Pictures on their way to a network: one at a time is decoded. */
import { MobileNetEdgeError, throwIfAborted } from '../base/errors';
import { SerialQueue } from '../base/serial_queue';
import { pixels, type Tensor, type TensorValues } from '../graph/graph';
import type { Image } from '../image/image';
import type { Preprocess } from '../image/preprocess';
import { viewOf } from '../image/view';
import type { PictureRun } from './run_options';
import { fromReal } from './tensor_io';

export interface PicturesParts<Source> {
  /** The bytes of a picture that is on its way; undefined for others. */
  arrive?(source: Source, signal?: AbortSignal): Promise<Source> | undefined;
  /** Upright pixels of what this platform's users pass. */
  decode(source: Source, signal?: AbortSignal): Promise<Image>;
}

export class Pictures<Source> {
  readonly #parts: PicturesParts<Source>;
  readonly #input: Tensor;
  readonly #preprocess: Preprocess;
  readonly #queue = new SerialQueue();

  constructor(parts: PicturesParts<Source>, input: Tensor, preprocess: Preprocess) {
    this.#parts = parts;
    this.#input = input;
    this.#preprocess = preprocess;
  }

  /** The tensor that predict() would take. Rejects with IMAGE_*, MODEL_UNSUPPORTED or ABORTED. */
  async toTensor(image: Source, run: PictureRun): Promise<TensorValues> {
    const { signal } = run;
    throwIfAborted(signal);
    const arriving = this.#parts.arrive?.(image, signal);
    const arrived = arriving ? await arriving : image;
    return this.#queue.run(() => this.#decoded(arrived, run), signal);
  }

  async #decoded(image: Source, { view, signal }: PictureRun): Promise<TensorValues> {
    const [height, width, channels] = pixels(this.#input.shape);
    if (channels !== 1 && channels !== 3) {
      throw new MobileNetEdgeError(
        'MODEL_UNSUPPORTED',
        `Expected a network that reads 1 or 3 channels but this one reads ${channels}; use predict() with a tensor`,
      );
    }
    const picture = viewOf(await this.#parts.decode(image, signal), view);
    const { preprocessToFloat } = await import('../image/to_tensor.js');
    return fromReal(preprocessToFloat(picture, { height, width, channels }, this.#preprocess), this.#input);
  }
}
