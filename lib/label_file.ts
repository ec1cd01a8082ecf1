/** Labels from a text file on disk. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { isUrl } from './bytes';
import { fitLabels, labelsInvalid, readLabelText } from './labels';

async function readLabelFile(source: string | URL): Promise<string[]> {
  const name = String(source);
  try {
    const path = name.startsWith('file:') ? fileURLToPath(name) : source;
    return readLabelText(await readFile(path));
  } catch (cause) {
    throw labelsInvalid(
      `Expected a text file of one class name a line but cannot read ${name}: ${(cause as Error).message}`,
      cause,
    );
  }
}

/**
 * One name for each of `classes` outputs: those given (an array, or a text file's path or file: URL), else those of the
 * model file, else undefined. ImageNet's names with and without the background class fit both 1000 and 1001 classes.
 * Rejects with LABELS_INVALID if the file cannot be read or the counts differ.
 */
export async function resolveLabels(
  labels: readonly string[] | string | URL | undefined,
  fromFile: readonly string[] | undefined,
  classes: number,
): Promise<string[] | undefined> {
  const isFile = typeof labels === 'string' || isUrl(labels);
  return fitLabels((isFile ? await readLabelFile(labels) : labels) ?? fromFile, classes);
}
