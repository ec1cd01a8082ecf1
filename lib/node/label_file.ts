/** Labels from a text file on disk. */
import { fileURLToPath } from 'node:url';
import { isUrl } from '../base/bytes';
import { LARGEST_LABEL_FILE, labelsInvalid, readLabelText } from '../formats/shared/labels';
import { fileProblem, readRegularFile } from './regular_file';

/** The names that `labels` stands for: itself, or those in the text file of that path or file: URL. Rejects with LABELS_INVALID. */
export async function readGivenLabels(labels: readonly string[] | string | URL): Promise<unknown> {
  if (typeof labels !== 'string' && !isUrl(labels)) return labels;
  const name = String(labels);
  let path = name;
  try {
    if (name.startsWith('file:')) path = fileURLToPath(name);
    return readLabelText(await readRegularFile(path, LARGEST_LABEL_FILE), name);
  } catch (cause) {
    if ((cause as { code?: unknown }).code === 'LABELS_INVALID') throw cause;
    throw labelsInvalid(`Expected a text file of one class name a line but ${fileProblem(path, cause)}`, cause);
  }
}
