/** Puts a Model together: what load() does on every platform once the file is read and the engine chosen. */

import { recognize } from '../architectures/recognize';
import { checkSignal } from '../base/abort';
import { type Budget, checkLimitsOption, type Limits } from '../base/budget';
import { MobileNetEdgeError, printable, throwIfAborted } from '../base/errors';
import { checkOptionKeys, invalidArgument } from '../base/expect';
import { inTurns } from '../base/phase';
import { BytesPacker } from '../compile/bytes_packer';
import { compiling, pooledFeatures } from '../compile/compile';
import { checkLimits } from '../compile/limits';
import { outline } from '../compile/outline';
import { type Engine, MAX_THREADS } from '../engines/engine';
import type { ModelContent } from '../formats/shared/model_file';
import { classCount } from '../graph/classes';
import { type FileType, pixels, type Tensor } from '../graph/graph';
import { type Preprocess, resolvePreprocess } from '../image/preprocess';
import type { Graph } from '../ops';
import { totals } from '../ops/layers';
import type { NewPacker } from '../ops/packer';
import { floatReason, hasIntegerForm } from '../passes/integer_form';
import { PRECISIONS, type Precision, simplifying } from '../passes/simplify';
import type { PackedWeights, Program } from '../program/program';
import { checkMaxQueue } from './call_limit';
import { Classifier, type ModelParts } from './classifier';
import { inputRange } from './input_range';
import type { ModelInfo } from './model';
import { PROGRESS } from './progress';
import { withSwappedSides } from './swapped_sides';

/** What load() takes on every platform. */
export interface CommonLoadOptions {
  /** An upper bound on threads, 1 to 64; default: the number of big cores, 4 at most. `info.threads` tells how many are used. */
  threads?: number;
  /**
   * What the engine computes with; 'auto' is int8 for quantized files and float32 for the others. 'float16' is half the
   * memory of float32 and about twice its speed, where the CPU has such arithmetic (ARMv8.2 with FEAT_FP16, as a
   * Raspberry Pi 5); load() rejects with BACKEND_UNAVAILABLE elsewhere. Probabilities differ from float32's by up to
   * about 0.05, and numbers beyond 65504 become infinite.
   */
  precision?: 'auto' | Precision;
  /** How pictures become tensors; what is left out comes from the model's metadata or its first operators, else the defaults. */
  preprocess?: Partial<Preprocess>;
  /**
   * How many calls of this model may be without an answer at a time, 1 to Infinity; default 256. More reject with
   * QUEUE_FULL at once: a camera that is faster than the model would fill the memory. An array of pictures is one call.
   */
  maxQueue?: number;
  /** What the model may cost, where the defaults do not fit; beyond them load() rejects with MODEL_UNSUPPORTED. */
  limits?: Limits;
  /**
   * The language of class names, for files that have them in several: a BCP 47 tag as 'de' or 'pt-BR'. Default: English.
   * Where there is none in that language, the default is used and `info.warnings` says so.
   */
  labelsLocale?: string;
  /** Rejects with ABORTED if it fires before the model is loaded. */
  signal?: AbortSignal;
  /** Called with 0 to 1 as the file is read and compiled. */
  onProgress?: (fraction: number) => void;
}

/** A model file that was read, or a network given as data. */
export type LoadedFile = ModelContent & Pick<ModelInfo, 'format'>;

/** What a model becomes on its way to the engine, for people who look for a mistake. */
export interface Stages {
  read: Graph;
  simplified: Graph;
  program: Program<PackedWeights>;
  engine: Engine;
  precision: Precision;
}

export interface Ingredients<Source> extends Pick<ModelParts<Source>, 'arrive' | 'decode'> {
  file: LoadedFile;
  labels: readonly string[] | undefined;
  budget: Budget;
  /** What the user should know of the file. */
  warnings?: readonly string[];
  engine: Engine;
  /** With backend 'auto': why the native engine could not be used. */
  fallbackReason?: string;
  /** Called once the model is compiled. */
  inspect?: (stages: Stages) => void;
}

/** Simplifies, compiles and loads into the engine. Rejects as load() does. */
export async function assembleModel<Source>(
  { file, labels, warnings = [], budget, engine, fallbackReason, inspect, arrive, decode }: Ingredients<Source>,
  options: CommonLoadOptions,
): Promise<Classifier<Source>> {
  const { signal, onProgress } = options;
  const { swapsSides = false, outputs } = file.graph;
  const input = swapsSides ? withSwappedSides(file.graph.input) : file.graph.input;
  const [height, width, channels] = pixels(input.shape);
  budget.checkPixels(height * width);
  checkLimits(file.graph);
  const range = inputRange(file.graph, file.preprocess?.range, budget);
  const preprocess = resolvePreprocess(file.preprocess, { range }, options.preprocess);
  const { precision, precisionReason } = choosePrecision(options.precision ?? 'auto', file.graph, engine);
  const graph = await inTurns(simplifying(file.graph, precision, budget), signal);
  const threads = Math.min(options.threads ?? engine.defaultThreads, engine.maxThreads);
  const newPacker: NewPacker<PackedWeights> = engine.newPacker ?? ((sizes) => new BytesPacker(sizes));
  const compilation = compiling(newPacker, graph, engine.geometry, budget, { threads });
  const { weights, ...program } = await inTurns(compilation, signal);
  inspect?.({ read: file.graph, simplified: graph, program: { ...program, weights }, engine, precision });
  const weightBytes = weights.byteLength;
  if (!engine.newPacker) budget.spendBytes(weightBytes, 'a copy of the weights in WebAssembly');
  onProgress?.(PROGRESS.compiled);
  const session = await engine.load({ ...program, weights }, threads);
  if (signal?.aborted) await session.close();
  throwIfAborted(signal);
  onProgress?.(PROGRESS.loaded);

  return new Classifier({
    arrive,
    decode,
    info: {
      ...recognize(graph),
      inputShape: [1, height, width, channels],
      inputType: fileType(file.graph.input),
      outputType: fileType(outputs[0]),
      outputs: outputs.map((output) => ({ name: output.name, shape: output.shape, type: fileType(output) })),
      classes: classCount(outputs[0]),
      ...totals(graph),
      weightBytes,
      arenaBytes: program.arenaBytes,
      backend: engine.backend,
      isa: engine.isa,
      fallbackReason,
      threads,
      precision,
      precisionReason,
      format: file.format,
      preprocess,
      warnings: warnings.map((warning) => printable(warning)),
    },
    session,
    program,
    outline: outline(graph, engine.geometry),
    input,
    swapsSides,
    outputs,
    embedding: pooledFeatures(graph),
    givesProbabilities: endsInProbabilities(file.graph),
    labels,
    maxQueue: options.maxQueue,
  });
}

/** Only passes make halves. */
function fileType({ type }: Tensor): FileType {
  return type as FileType;
}

/** Throws MODEL_UNSUPPORTED or BACKEND_UNAVAILABLE if what is asked for cannot be had from the model or the CPU. */
function choosePrecision(
  wanted: 'auto' | Precision,
  graph: Graph,
  { backend, isa, geometry }: Pick<Engine, 'backend' | 'isa' | 'geometry'>,
): Pick<ModelInfo, 'precision' | 'precisionReason'> {
  if (wanted === 'float16' && !geometry.f16) {
    throw new MobileNetEdgeError(
      'BACKEND_UNAVAILABLE',
      `Expected the native engine on a CPU with half-precision arithmetic (ARMv8.2 with FEAT_FP16, as a Raspberry Pi 5) for precision 'float16' but the ${backend} engine has only ${isa} here: use precision 'float32'`,
    );
  }
  const canBeInteger = hasIntegerForm(graph) && geometry.q8 !== undefined;
  const lacking = hasIntegerForm(graph) ? `the ${backend} engine (${isa}) has no integer kernels` : undefined;
  const reason = canBeInteger ? undefined : (floatReason(graph) ?? lacking);
  if (wanted === 'int8' && !canBeInteger) {
    throw new MobileNetEdgeError(
      'MODEL_UNSUPPORTED',
      `Expected a network that can be computed in integers for precision 'int8' but ${reason ?? 'this one is float32'}: use precision 'auto' or 'float32'`,
    );
  }
  if (wanted !== 'auto') return { precision: wanted };
  return canBeInteger ? { precision: 'int8' } : { precision: 'float32', precisionReason: reason };
}

/** Whether the first output is of softmax or sigmoid, whatever renames or requantizes the result. */
function endsInProbabilities({ nodes, outputs }: Graph): boolean {
  const makers = new Map(nodes.map((node) => [node.output, node]));
  let last = makers.get(outputs[0]);
  while (last?.op === 'reshape' || last?.op === 'requantize') last = makers.get(last.inputs[0]);
  return last?.op === 'softmax' || last?.op === 'sigmoid';
}

/** Whether a source is a Graph; throws INVALID_ARGUMENT for half of one. */
export function isGraph(source: unknown): source is Graph {
  if (typeof source !== 'object' || source === null || !('nodes' in source)) return false;
  const { nodes, input, outputs } = source as Partial<Graph>;
  const hasOutputs = Array.isArray(outputs) && outputs.length > 0 && outputs.every((output) => output?.shape);
  if (Array.isArray(nodes) && input?.shape && hasOutputs) return true;
  throw new MobileNetEdgeError('INVALID_ARGUMENT', 'Expected a Graph with nodes, an input and outputs');
}

export const COMMON_LOAD_OPTIONS = [
  'threads',
  'precision',
  'preprocess',
  'labelsLocale',
  'maxQueue',
  'limits',
  'signal',
  'onProgress',
] as const satisfies (keyof CommonLoadOptions)[];

/** `others`: the names of the options that one platform has more. Throws INVALID_ARGUMENT. */
export function checkLoadOptions(options: CommonLoadOptions, others: readonly string[]): void {
  checkOptionKeys(options, [...COMMON_LOAD_OPTIONS, ...others]);
  const { threads, precision = 'auto', maxQueue, labelsLocale, limits, onProgress, signal } = options;
  checkSignal(signal);
  checkMaxQueue(maxQueue);
  checkLimitsOption(limits);
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    throw invalidArgument('onProgress to be a function', onProgress);
  }
  if (labelsLocale !== undefined && typeof labelsLocale !== 'string') {
    throw invalidArgument("labelsLocale to be a language tag as 'en' or 'pt-BR'", labelsLocale);
  }
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1 && threads <= MAX_THREADS)) {
    throw invalidArgument(`threads from 1 to ${MAX_THREADS}`, threads);
  }
  if (precision !== 'auto' && !PRECISIONS.includes(precision)) {
    throw invalidArgument(`precision to be 'auto' or one of ${PRECISIONS.join(', ')}`, precision);
  }
}
