/** What all browser entries export beside load(). */

export { mobilenetV1 } from '../architectures/mobilenet_v1';
export { mobilenetV2 } from '../architectures/mobilenet_v2';
export type { ArchitectureOptions } from '../architectures/network_builder';
export type { Limits } from '../base/budget';
export type { ErrorCode } from '../base/errors';
export { MobileNetEdgeError } from '../base/errors';
export type { TfjsArtifacts } from '../formats/tfjs/read_tfjs';
export type { TensorValues } from '../graph/graph';
export type { Preprocess } from '../image/preprocess';
export type { Region } from '../image/view';
export type { ClassifyOptions, EmbedOptions, ModelInfo, OutputInfo, Prediction, RunOptions } from '../model/model';
export type { Classification } from '../model/topk';
export type { Graph } from '../ops';
export type { Backbone, Head } from '../train/head';
export type { Epoch } from '../train/softmax_regression';
export { type Example, type TrainOptions, trainHead } from '../train/train_head';
export type { LoadOptions } from './load';
export { loadHead } from './load_head';
export type { Model } from './model';
export type { ImageSource } from './picture';
export type { ByteProgress } from './protocol';
export type { ModelSource } from './send_model';
