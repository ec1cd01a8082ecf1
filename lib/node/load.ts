import type { Backend } from '../engines/engine';
import type { TensorValues } from '../graph/graph';
import { type CommonLoadOptions, checkLoadOptions, isGraph, type Stages } from '../model/assemble_model';
import { whileLent } from '../model/lent_memory';
import { loadModel, type Network } from '../model/load_model';
import type * as model from '../model/model';
import type { OpTime } from '../model/network';
import type { Graph } from '../ops';
import { isInTime } from '../sources/stream';
import { stagesPrinter } from './debug';
import { selectEngine } from './engines/select';
import { readGivenLabels } from './label_file';
import type { Image, ImageSource } from './pictures';
import { type ModelSource, readModelFile } from './read_model_file';

/** A loaded model, which takes pictures as Node's programs hold them. */
export interface Model extends model.Model<ImageSource> {
  /** @internal */
  profile(tensor: TensorValues): Promise<OpTime[]>;
}

export interface LoadOptions extends CommonLoadOptions {
  /** Default 'auto': native where the addon loads, else wasm; `info.backend` tells which. */
  backend?: 'auto' | Backend;
  /** Forces an instruction set: 'scalar', 'avx2', 'avx512vnni', 'neon', 'neondot', 'simd128', 'relaxed-simd'; default: the best one here. */
  isa?: string;
  /**
   * Class names: an array, or a text file of one name per line; default: those inside the model file, else those of a text file
   * beside a `.tflite` file, if there are as many: <model>.txt, <model>_labels.txt, labels.txt, dict.txt, labelmap.txt.
   */
  labels?: readonly string[] | string | URL;
}

const LOAD_OPTIONS = ['backend', 'isa', 'labels'] as const satisfies (keyof LoadOptions)[];

/** Models that are only fed tensors do without the decoders' code. */
async function decode(image: ImageSource, signal?: AbortSignal): Promise<Image> {
  const { decodeImage } = await import('./pictures/index.js');
  return decodeImage(image, signal);
}

/** What is a stream has arrived before the picture takes its turn, so that one that stalls holds up no other. */
function arrive(image: ImageSource, signal?: AbortSignal): Promise<ImageSource> | undefined {
  if (!isInTime(image)) return undefined;
  return import('./pictures/index.js').then(({ readArriving }) => readArriving(image, signal));
}

/**
 * Loads a model: a path or file URL (`.tflite`, tfjs `model.json` or its folder), the bytes of a `.tflite` file,
 * tfjs artifacts `{ modelTopology, weightSpecs | weightsManifest, weightData }`, or a Graph (mobilenetV1(), mobilenetV2()).
 *
 * Rejects with MODEL_NOT_FOUND, MODEL_INVALID, MODEL_UNSUPPORTED, OPERATOR_UNSUPPORTED, LABELS_INVALID,
 * INVALID_ARGUMENT, BACKEND_UNAVAILABLE, OUT_OF_MEMORY or ABORTED.
 */
export async function load(source: ModelSource | Graph, options: LoadOptions = {}): Promise<Model> {
  return loadWith(source, options, stagesPrinter());
}

type Inspect = ((stages: Stages) => void) | undefined;

/** load() that shows `inspect` what the model became. */
export async function loadWith(source: ModelSource | Graph, options: LoadOptions, inspect: Inspect): Promise<Model> {
  checkLoadOptions(options, LOAD_OPTIONS);
  return whileLent(
    source,
    () => loadLent(source, options, inspect),
    (model) => model.close(),
  );
}

async function loadLent(source: ModelSource | Graph, options: LoadOptions, inspect: Inspect): Promise<Model> {
  const { backend = 'auto', isa } = options;
  const labels = options.labels ?? undefined;
  const network: Network = isGraph(source) ? { graph: source } : { read: (reading) => readModelFile(source, reading) };
  const platform = {
    readLabels: labels === undefined ? undefined : () => readGivenLabels(labels),
    selectEngine: () => selectEngine(backend, { isa }),
    inspect,
    arrive,
    decode,
  };
  return loadModel(network, platform, options);
}
