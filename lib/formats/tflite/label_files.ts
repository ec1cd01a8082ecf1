/** The class names inside a TFLite file: text files in a zip archive at its end, one for each language, which metadata names. */
import { excerpt } from '../../base/expect';
import { modelInvalid } from '../shared/failures';
import { LARGEST_LABEL_FILE, parseLabels } from '../shared/labels';
import type { ModelContent } from '../shared/model_file';
import { isCutOff, unpackEntry, zipEntries } from '../shared/zip';
import type { FlatTable } from './flatbuffer_table';
import { ASSOCIATED_FILE, TENSOR_METADATA } from './schema';

export interface LabelFile {
  name: string;
  /** A BCP 47 tag, or ''. */
  locale: string;
}

/** The files with the names of an output's classes, in the order of the metadata. */
export function labelFilesOf(output: FlatTable): LabelFile[] {
  return output
    .tables(TENSOR_METADATA.associatedFiles)
    .filter((candidate) => candidate.int8(ASSOCIATED_FILE.type) === ASSOCIATED_FILE.tensorAxisLabels)
    .map((file) => ({ name: file.string(ASSOCIATED_FILE.name), locale: file.string(ASSOCIATED_FILE.locale) }));
}

/** How many are tried where the first are lost: each costs the unpacking of a file. */
const MOST_TRIED = 4;

const tagOf = (locale: string): string => locale.toLowerCase().replaceAll('_', '-');
const languageOf = (locale: string): string => tagOf(locale).split('-', 1)[0];

/**
 * The languages in the order of preference: the wanted one, else English, else what states none, which in files of several
 * languages are ids as /m/0gv1x, else the others.
 */
function ranked(files: readonly LabelFile[], wanted: string | undefined): LabelFile[] {
  const rank = ({ locale }: LabelFile): number => {
    if (wanted !== undefined && tagOf(locale) === tagOf(wanted)) return 0;
    if (wanted !== undefined && languageOf(locale) === languageOf(wanted)) return 1;
    if (tagOf(locale) === 'en') return 2;
    if (languageOf(locale) === 'en') return 3;
    return locale === '' ? 4 : 5;
  };
  return files
    .map((file) => ({ file, rank: rank(file) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ file }) => file);
}

/**
 * The first of the files that is there, `wanted` being its language if there is such a one, and a warning of each that is lost.
 * Rejects with MODEL_INVALID where the archive is damaged: then the file was not read, copied or sent as a whole.
 */
export async function readInnerLabels(
  bytes: Uint8Array,
  files: readonly LabelFile[],
  wanted: string | undefined,
): Promise<Pick<ModelContent, 'labels' | 'warnings'>> {
  const warnings: string[] = [];
  if (wanted !== undefined && !files.some(({ locale }) => languageOf(locale) === languageOf(wanted))) {
    const known = [...new Set(files.map(({ locale }) => locale))].filter((locale) => locale !== '').slice(0, 20);
    const others =
      known.length > 0
        ? `only in ${known.map((locale) => excerpt(locale, 20)).join(', ')}`
        : 'as no language is stated';
    warnings.push(`The model has no labels in '${excerpt(wanted, 20)}', ${others}`);
  }
  const entries = reading(() => zipEntries(bytes));
  for (const { name } of ranked(files, wanted).slice(0, MOST_TRIED)) {
    // Of several entries of one name the last counts, as in archives that were updated.
    const entry = entries.findLast((candidate) => candidate.name === name);
    if (entry) {
      const text = await unpackEntry(bytes, entry, LARGEST_LABEL_FILE).catch(damaged);
      return { labels: parseLabels(new TextDecoder().decode(text)), warnings };
    }
    if (entries.length === 0 && isCutOff(bytes, 2 * LARGEST_LABEL_FILE)) damaged(new Error('it has no end'));
    warnings.push(`The metadata names the label file ${excerpt(name)}, but the model does not contain it`);
  }
  return { warnings };
}

/** What `read` returns. Throws MODEL_INVALID where it throws. */
function reading<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (cause) {
    return damaged(cause);
  }
}

function damaged(cause: unknown): never {
  throw modelInvalid(
    `The archive of label files at the end of the model is damaged (${(cause as Error).message}): copy or download the model again, or give labels, with which it loads as it is`,
    cause,
  );
}
