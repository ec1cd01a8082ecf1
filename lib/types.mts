/**
 * The types where TypeScript cannot tell a program for Node from a page (`moduleResolution: bundler`): a page's where there
 * are types of the DOM or of Cloudflare's Workers, else Node's. What runs is index.js or browser/index.mjs.
 */
import type * as page from './browser/index.mjs';
import type * as node from './index.js';

type OneOf<Page, Node> = typeof globalThis extends { OffscreenCanvas: unknown } | { WebSocketPair: unknown }
  ? Page
  : Node;

/** Loads a model: a path or URL, bytes, what tfjs has in memory, or a Graph (mobilenetV1(), mobilenetV2()). */
export declare const load: OneOf<typeof page.load, typeof node.load>;
/** A head that `save()` has given, with the model that it was trained on. */
export declare const loadHead: OneOf<typeof page.loadHead, typeof node.loadHead>;
export type ImageSource = OneOf<page.ImageSource, node.ImageSource>;
export type LoadOptions = OneOf<page.LoadOptions, node.LoadOptions>;
export type Model = OneOf<page.Model, node.Model>;
export type ModelSource = OneOf<page.ModelSource, node.ModelSource>;

export type { ByteProgress } from './browser/index.mjs';
export {
  type ArchitectureOptions,
  type Backbone,
  type Classification,
  type ClassifyOptions,
  type EmbedOptions,
  type Epoch,
  type ErrorCode,
  type Example,
  type Graph,
  type Head,
  type Limits,
  MobileNetEdgeError,
  type ModelInfo,
  mobilenetV1,
  mobilenetV2,
  type OutputInfo,
  type Prediction,
  type Preprocess,
  type Region,
  type RunOptions,
  type TensorValues,
  type TfjsArtifacts,
  type TrainOptions,
  trainHead,
} from './index.js';
