/** Pictures: from anything that a user passes to a normalised NHWC tensor. */

export type { Channels, Image } from '../../image/image';
export type { ImageDataLike, RawImage } from '../../image/pixels';
export { DEFAULT_PREPROCESS, type MeanStd, type Preprocess, resolvePreprocess } from '../../image/preprocess';
export { type InputExtents, preprocessToFloat } from '../../image/to_tensor';
export { type Decoder, decodeImage } from './decode';
export { type ImageSource, readArriving } from './source';
