/** Labels from a text file on disk. */
import { isUrl } from '../base/bytes';
import { LARGEST_LABEL_FILE, labelsInvalid, readLabelText } from '../formats/shared/labels';
import { toPath } from './path';
import { fileProblem, readRegularFile } from './regular_file';

/** The names that `labels` stands for: itself, or those in the text file of that path or file: URL. Rejects with LABELS_INVALID. */
export async function readGivenLabels(labels: readonly string[] | string | URL): Promise<unknown> {
  if (typeof labels !== 'string' && !isUrl(labels)) return labels;
  const path = toPath(labels, 'LABELS_INVALID', 'fetch the names and pass them as an array');
  try {
    return readLabelText(await readRegularFile(path, LARGEST_LABEL_FILE), String(labels));
  } catch (cause) {
    if ((cause as { code?: unknown }).code === 'LABELS_INVALID') throw cause;
    throw labelsInvalid(`Expected a text file of one class name a line but ${fileProblem(path, cause)}`, cause);
  }
}
