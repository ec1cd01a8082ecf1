/** Reads a model of any format, told by its content, wherever its bytes come from: Node's disks, a page's files and URLs. */
import { Budget } from '../base/budget';
import { steadyBytesOf } from '../base/bytes';
import { MobileNetEdgeError, throwIfAborted } from '../base/errors';
import { recognizeFormat, supportedFiles } from './index';
import type { ReaderOptions, ReadOptions } from './shared/files_beside';
import type { Signs } from './shared/format';
import { fileInMemory, type GivenFile } from './shared/given_file';
import { beginsJson, parseJsonValue } from './shared/json_file';
import { latin1 } from './shared/known_files';
import { readLabelsBeside } from './shared/labels_beside';
import type { ModelFile } from './shared/model_file';
import { ARCHIVE_TAIL, isKnownJsonModel, notSupported, notSupportedJson } from './shared/refusal';
import { isZip, namesInTail } from './shared/zip';

/** A file, and what was read of it to tell its format. */
interface Inspected {
  file: GivenFile;
  head: Uint8Array;
  signs: Signs;
  /** All of it, where that had to be read. */
  bytes?: Uint8Array;
}

/**
 * Rejects with MODEL_NOT_FOUND, MODEL_INVALID, MODEL_UNSUPPORTED, OPERATOR_UNSUPPORTED, INVALID_ARGUMENT or ABORTED.
 * Weights of the Graph may be views of the file's bytes.
 */
export function readModel(file: GivenFile, options: ReadOptions): Promise<ModelFile> {
  return reading(options, async (reader) => readInspected(await inspectJson(await inspect(file), reader), reader));
}

/** The same of bytes that a program holds, with nothing beside them. */
export function readModelBytes(source: Uint8Array, options: ReadOptions): Promise<ModelFile> {
  // A plain view: the methods of a Node Buffer differ.
  return readModel(fileInMemory('The given bytes', steadyBytesOf(source)), options);
}

/** The same of a model in memory: the JSON of a format, with its weights. */
export function readArtifacts(artifacts: object, options: ReadOptions): Promise<ModelFile> {
  return reading(options, async (reader) => {
    const format = recognizeFormat({ head: '', json: artifacts });
    if (!format?.readArtifacts) throw notSupportedJson('The given model', artifacts);
    return { format: format.name, ...(await format.readArtifacts(artifacts, reader)) };
  });
}

/** The same of the one among several files that is the model: others are its weights, its labels. */
export function readModelAmong(files: readonly GivenFile[], options: ReadOptions): Promise<ModelFile> {
  if (files.length === 1) return readModel(files[0], options);
  return reading(options, async (reader) => {
    const inspected = await Promise.all(files.map(inspect));
    const models = inspected.filter(({ signs }) => recognizeFormat(signs));
    if (models.length === 1) return readInspected(models[0], reader);
    const json = inspected.filter(({ signs }) => beginsJson(signs.head));
    if (json.length === 1) return readInspected(await inspectJson(json[0], reader), reader);
    for (const candidate of json) {
      const found = await inspectJson(candidate, reader);
      if (recognizeFormat(found.signs) || isKnownJsonModel(found.signs.json)) return readInspected(found, reader);
    }
    const names = files.map(({ name }) => name).join(', ') || 'no files';
    throw new MobileNetEdgeError(
      'INVALID_ARGUMENT',
      `Expected the file of one model, with those of its weights if it has some, but received ${names}. Supported are ${supportedFiles()}`,
    );
  });
}

async function reading(options: ReadOptions, read: (options: ReaderOptions) => Promise<ModelFile>): Promise<ModelFile> {
  const { budget = new Budget(), signal, onProgress } = options;
  throwIfAborted(signal);
  const model = await read({ ...options, budget }).catch((error: unknown) => {
    // Who gives up a call may take away what it reads.
    throwIfAborted(signal);
    throw error;
  });
  throwIfAborted(signal);
  onProgress?.(1);
  return model;
}

async function inspect(file: GivenFile): Promise<Inspected> {
  const head = await file.head();
  const signs = { head: latin1(head) };
  if (!isZip(head)) return { file, head, signs };
  return { file, head, signs: { ...signs, entries: namesInTail(await file.tail(ARCHIVE_TAIL)) } };
}

/** JSON is read and parsed once, however many ask for it. */
async function inspectJson(inspected: Inspected, { budget }: ReaderOptions): Promise<Inspected> {
  const { file, signs } = inspected;
  if (!beginsJson(signs.head)) return inspected;
  const bytes = await file.bytes();
  return { ...inspected, bytes, signs: { ...signs, json: parseJsonValue(bytes, file.name, budget) } };
}

async function readInspected({ file, head, signs, bytes }: Inspected, options: ReaderOptions): Promise<ModelFile> {
  const { name, beside, labelFiles = [] } = file;
  const format = recognizeFormat(signs);
  if (!format) throw 'json' in signs ? notSupportedJson(name, signs.json) : notSupported(name, head, signs.entries);
  const onBytes = (read: number, total: number) => options.onProgress?.(read / total);
  const whole = bytes ?? (await file.bytes(onBytes));
  const content = await format.read({ name, ...signs, bytes: whole, beside }, options);
  const model = { format: format.name, ...content };
  if (options.withoutLabels || !beside || !format.hasLabelsBeside) return model;
  const found = await readLabelsBeside(labelFiles, beside, options);
  return {
    ...model,
    ...(found.labelFiles.length > 0 && { labelFiles: found.labelFiles }),
    ...(found.warnings.length > 0 && { warnings: [...(model.warnings ?? []), ...found.warnings] }),
  };
}
