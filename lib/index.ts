/** mobilenet-edge for Node: MobileNet v1 and v2, picture in, class names or embedding out. */
export { mobilenetV1 } from './architectures/mobilenet_v1';
export { mobilenetV2 } from './architectures/mobilenet_v2';
export type { ArchitectureOptions } from './architectures/network_builder';
export type { Limits } from './budget';
export { type ErrorCode, MobileNetEdgeError } from './errors';
export type { ModelSource, TfjsArtifacts } from './formats/read_model_file';
export type { Graph } from './graph';
export type { ImageSource, Preprocess } from './image';
export type { Region } from './image/view';
export { type LoadOptions, load } from './load';
export type { ClassifyOptions, EmbedOptions, Model, ModelInfo, Prediction, RunOptions } from './model';
export type { TensorValues } from './tensor_io';
export type { Classification } from './topk';
export type { Backbone, Head } from './train/head';
export { loadHead } from './train/head_path';
export type { Epoch } from './train/softmax_regression';
export { type Example, type TrainOptions, trainHead } from './train/train_head';
