/** Pictures: from anything that a user passes to a normalised NHWC tensor. */
export { type Decoder, decodeImage } from './decode';
export type { Channels, Image } from './image';
export type { ImageDataLike, RawImage } from './pixels';
export { DEFAULT_PREPROCESS, type MeanStd, type Preprocess, resolvePreprocess } from './preprocess';
export { type ImageSource, readArriving } from './source';
export { type InputExtents, preprocessToFloat } from './to_tensor';
