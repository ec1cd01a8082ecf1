/** What a TFLite file says about its picture and its classes: metadata, label file, input quantization. */
import type { Tensor } from '../graph';
import type { Preprocess } from '../image/preprocess';
import { parseLabels } from '../labels';
import { modelInvalid } from './failures';
import { FlatBuffer, type FlatTable } from './flatbuffer_table';
import type { ModelFile } from './model_file';
import {
  ASSOCIATED_FILE,
  METADATA,
  METADATA_IDENTIFIER,
  METADATA_NAME,
  MODEL,
  MODEL_METADATA,
  NORMALIZATION,
  PROCESS_UNIT,
  SUBGRAPH_METADATA,
  TENSOR_METADATA,
} from './tflite_schema';
import { bufferBytes } from './tflite_tensors';

const LARGEST_LABEL_FILE = 1 << 22;
const MOST_ASSOCIATED_FILES = 256;

type Described = Pick<ModelFile, 'labels' | 'preprocess'>;

function metadataOf(file: FlatBuffer, model: FlatTable): FlatBuffer | undefined {
  const entry = model.tables(MODEL.metadata).find((candidate) => candidate.string(METADATA.name) === METADATA_NAME);
  if (!entry) return undefined;
  const bytes = bufferBytes(file, model.tableVector(MODEL.buffers), entry.uint32(METADATA.buffer));
  const metadata = new FlatBuffer(bytes, 'The TFLite metadata');
  if (metadata.identifier() !== METADATA_IDENTIFIER) {
    throw modelInvalid(
      `Expected '${METADATA_IDENTIFIER}' in the TFLite metadata but received '${metadata.identifier()}'`,
    );
  }
  return metadata;
}

/** A file of the zip archive that metadata writers append to the model. */
async function associatedFile(bytes: Uint8Array, name: string): Promise<Uint8Array> {
  // Few models have one, and loading fflate takes two megabytes.
  const { unzipSync } = await import('fflate');
  let entries = 0;
  let found: Uint8Array | undefined;
  try {
    found = unzipSync(bytes, {
      filter: ({ name: entry, originalSize }) => {
        if (++entries > MOST_ASSOCIATED_FILES) throw new Error('too many entries');
        if (entry === name && originalSize > LARGEST_LABEL_FILE) throw new Error(`${originalSize} bytes of labels`);
        return entry === name;
      },
    })[name];
  } catch (cause) {
    throw modelInvalid(
      `The metadata names the label file ${name}, but the archive at the end of the model is corrupt`,
      cause,
    );
  }
  if (!found) throw modelInvalid(`The metadata names the label file ${name}, but the model does not contain it`);
  return found;
}

/** The file with the labels of the output's classes; of several languages the one without a locale, else the first. */
function labelFileOf(output: FlatTable): string | undefined {
  const files = output
    .tables(TENSOR_METADATA.associatedFiles)
    .filter((candidate) => candidate.int8(ASSOCIATED_FILE.type) === ASSOCIATED_FILE.tensorAxisLabels);
  const chosen = files.find((candidate) => candidate.string(ASSOCIATED_FILE.locale) === '') ?? files[0];
  return chosen?.string(ASSOCIATED_FILE.name);
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
        `Expected the normalization of ${channels} channels in the TFLite metadata but it is [${values}]`,
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

/**
 * The range of real values that a quantized input maps the levels 0..255 to, one integer a level: what such
 * models are fed with everywhere. A normalization that agrees to within rounding (1.5 levels) means the same.
 */
function quantizedRange({ type, quantization }: Tensor, stated: Normalization | undefined): Normalization {
  const lowest = type === 'int8' ? -128 : 0;
  const mean = quantization!.zeroPoint[0] - lowest;
  const scale = quantization!.scale[0];
  const levelOf = (x: number, m: number, s: number) => (x - m) / s / scale + mean;
  const agrees = (m: number, s: number) => [0, 255].every((x) => Math.abs(levelOf(x, m, s) - x) <= 1.5);
  const channels = Math.max(stated?.mean.length ?? 0, stated?.std.length ?? 0);
  for (let c = 0; c < channels; c++) {
    if (!agrees(stated!.mean[c] ?? stated!.mean[0], stated!.std[c] ?? stated!.std[0])) return stated!;
  }
  return { mean: [mean], std: [1 / scale] };
}

interface Stated {
  labelFile?: string;
  normalization?: Normalization;
}

function readStated(metadata: FlatTable, channels: number): Stated {
  const subgraph = metadata.tables(MODEL_METADATA.subgraphs)[0];
  const input = subgraph?.tables(SUBGRAPH_METADATA.inputs)[0];
  const output = subgraph?.tables(SUBGRAPH_METADATA.outputs)[0];
  return { labelFile: output && labelFileOf(output), normalization: input && readNormalization(input, channels) };
}

/** Throws MODEL_INVALID if the metadata is corrupt: it may not be ignored, since pictures would be read wrongly. */
export async function readTfliteMetadata(file: FlatBuffer, model: FlatTable, input: Tensor): Promise<Described> {
  const metadata = file.reading(() => metadataOf(file, model));
  const stated = metadata?.reading(() => readStated(metadata.root(), input.shape[3]));
  const range = input.quantization ? quantizedRange(input, stated?.normalization) : stated?.normalization;
  const labels = stated?.labelFile === undefined ? undefined : await associatedFile(file.bytes, stated.labelFile);
  return {
    labels: labels && parseLabels(new TextDecoder().decode(labels)),
    preprocess: range && { range: namedRange(range) },
  };
}
