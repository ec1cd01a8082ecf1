/** What a TFLite file says about its picture and its classes: metadata, label file, input quantization. */
import { describe } from '../../base/expect';
import type { Tensor } from '../../graph/graph';
import type { Preprocess } from '../../image/preprocess';
import { modelInvalid } from '../shared/failures';
import type { LabelOptions } from '../shared/files_beside';
import type { ModelContent } from '../shared/model_file';
import { isTeachableMachine, TEACHABLE_MACHINE } from '../shared/teachable_machine';
import { FlatBuffer, type FlatTable } from './flatbuffer_table';
import { type LabelFile, labelFilesOf, readInnerLabels } from './label_files';
import {
  METADATA,
  METADATA_IDENTIFIER,
  METADATA_NAME,
  MODEL,
  MODEL_METADATA,
  NORMALIZATION,
  PROCESS_UNIT,
  SUBGRAPH_METADATA,
  TENSOR_METADATA,
} from './schema';
import { bufferBytes } from './tensors';

type Described = Pick<ModelContent, 'labels' | 'preprocess' | 'warnings'>;

function metadataOf(file: FlatBuffer, model: FlatTable): FlatBuffer | undefined {
  const entry = model.tables(MODEL.metadata).find((candidate) => candidate.string(METADATA.name) === METADATA_NAME);
  if (!entry) return undefined;
  const bytes = bufferBytes(file, model.tableVector(MODEL.buffers), entry.uint32(METADATA.buffer));
  const metadata = new FlatBuffer(bytes, 'The TFLite metadata', file.budget);
  if (metadata.identifier() !== METADATA_IDENTIFIER) {
    throw modelInvalid(
      `Expected '${METADATA_IDENTIFIER}' in the TFLite metadata but received '${metadata.identifier()}'`,
    );
  }
  return metadata;
}

interface Normalization {
  mean: number[];
  std: number[];
}

function readNormalization(input: FlatTable, channels: number): Normalization | undefined {
  const unit = input
    .tables(TENSOR_METADATA.processUnits)
    .find((candidate) => candidate.uint8(PROCESS_UNIT.optionsType) === PROCESS_UNIT.normalization);
  if (!unit) return undefined;
  const options = unit.table(PROCESS_UNIT.options);
  const [mean, std] = [NORMALIZATION.mean, NORMALIZATION.std].map((field) => {
    const values = Array.from(options.float32s(field));
    const fits = values.length === 1 || values.length === channels;
    if (!fits || !values.every(Number.isFinite) || (field === NORMALIZATION.std && values.includes(0))) {
      throw modelInvalid(
        `Expected the normalization of ${channels} channels in the TFLite metadata but it is ${describe(values)}`,
      );
    }
    return values;
  });
  return { mean, std };
}

/** The name of a range that has one. */
function namedRange({ mean, std }: Normalization): Preprocess['range'] {
  const is = (m: number, s: number) => mean.every((value) => value === m) && std.every((value) => value === s);
  if (is(127.5, 127.5)) return '-1..1';
  if (is(0, 255)) return '0..1';
  if (is(0, 1)) return '0..255';
  return { mean, std };
}

/** How far from its level, in levels, a normalization may put an end of 0..255 and still say the same. */
const ROUNDING = 1.5;
/** How many levels at either end a normalization may put beyond what the input holds: calibration does not see all. */
const CLIPPED = 16;

/**
 * The range of a quantized input. Such models are fed with the levels 0..255 as they are, one integer a level: TFLite's Task
 * Library copies them into uint8 inputs and reads no normalization (tensorflow_lite_support/cc/task/processor/
 * image_preprocessor.cc). A stated normalization is used where it says something else that the input can hold, as with
 * a mean of each channel; one that would clip the picture cannot be meant: many files say mean 0, std 1 of an input with a
 * scale of 1/128, which made every picture black and white.
 */
function quantizedRange({ type, quantization }: Tensor, stated: Normalization | undefined): Normalization {
  const lowest = type === 'int8' ? -128 : 0;
  const mean = quantization!.zeroPoint[0] - lowest;
  const scale = quantization!.scale[0];
  const asItIs = { mean: [mean], std: [1 / scale] };
  if (!stated) return asItIs;
  const channels = Math.max(stated.mean.length, stated.std.length);
  const ends = Array.from({ length: channels }, (_, c) => {
    const levelOf = (x: number) =>
      (x - (stated.mean[c] ?? stated.mean[0])) / (stated.std[c] ?? stated.std[0]) / scale + mean;
    return [levelOf(0), levelOf(255)];
  });
  if (ends.every(([low, high]) => Math.abs(low) <= ROUNDING && Math.abs(high - 255) <= ROUNDING)) return asItIs;
  const isHeld = (level: number) => level >= -CLIPPED && level <= 255 + CLIPPED;
  return ends.flat().every(isHeld) ? stated : asItIs;
}

interface Stated {
  labelFiles: LabelFile[];
  normalization?: Normalization;
}

function readStated(metadata: FlatTable, channels: number): Stated {
  const subgraph = metadata.tables(MODEL_METADATA.subgraphs)[0];
  const input = subgraph?.tables(SUBGRAPH_METADATA.inputs)[0];
  const output = subgraph?.tables(SUBGRAPH_METADATA.outputs)[0];
  return {
    labelFiles: output ? labelFilesOf(output) : [],
    normalization: input && readNormalization(input, channels),
  };
}

/**
 * Throws MODEL_INVALID if the metadata is corrupt: it may not be ignored, since pictures would be read wrongly. Labels that
 * are lost are a warning: the network answers rightly without.
 */
export async function readTfliteMetadata(
  file: FlatBuffer,
  model: FlatTable,
  input: Tensor,
  options: LabelOptions,
): Promise<Described> {
  const metadata = file.reading(() => metadataOf(file, model));
  const stated = metadata?.reading(() => readStated(metadata.root(), input.shape[3]));
  const range = input.quantization ? quantizedRange(input, stated?.normalization) : stated?.normalization;
  const preprocess = {
    ...(isTeachableMachine(input) && TEACHABLE_MACHINE),
    ...(range && { range: namedRange(range) }),
  };
  const described = Object.keys(preprocess).length > 0 ? { preprocess } : {};
  if (options.withoutLabels || !stated?.labelFiles.length) return described;
  return { ...described, ...(await readInnerLabels(file.bytes, stated.labelFiles, options.labelsLocale)) };
}
