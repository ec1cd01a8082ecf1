/** mobilenet-edge for Node: MobileNet v1 and v2, picture in, class names or embedding out. */

export { mobilenetV1 } from './architectures/mobilenet_v1';
export { mobilenetV2 } from './architectures/mobilenet_v2';
export type { ArchitectureOptions } from './architectures/network_builder';
export type { Limits } from './base/budget';
export { type ErrorCode, MobileNetEdgeError } from './base/errors';
export type { TensorValues } from './graph/graph';
export type { Region } from './image/view';
export type { ClassifyOptions, EmbedOptions, ModelInfo, OutputInfo, Prediction, RunOptions } from './model/model';
export type { Classification } from './model/topk';
export { type LoadOptions, load, type Model } from './node/load';
export { loadHead } from './node/load_head';
export type { ImageSource, Preprocess } from './node/pictures';
export type { ModelSource, TfjsArtifacts } from './node/read_model_file';
export type { Graph } from './ops';
export type { Backbone, Head } from './train/head';
export type { Epoch } from './train/softmax_regression';
export { type Example, type TrainOptions, trainHead } from './train/train_head';
