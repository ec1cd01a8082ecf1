/** What all browser entries export beside load(). */
export { mobilenetV1 } from '../architectures/mobilenet_v1';
export { mobilenetV2 } from '../architectures/mobilenet_v2';
export type { ArchitectureOptions } from '../architectures/network_builder';
export type { ErrorCode } from '../errors';
export { MobileNetEdgeError } from '../errors';
export type { TfjsArtifacts } from '../formats/tfjs';
export type { Graph } from '../graph';
export type { Preprocess } from '../image/preprocess';
export type { ClassifyOptions, ModelInfo, Prediction, RunOptions } from '../model';
export type { TensorValues } from '../tensor_io';
export type { Classification } from '../topk';
export type { LoadOptions } from './load';
export type { Model } from './model';
export type { ImageSource } from './picture';
export type { ByteProgress } from './protocol';
export type { ModelSource } from './send_model';
