/** Class names in text files that lie beside a model, under the names that people and tools give them. */
import type { MobileNetEdgeError } from '../../base/errors';
import { FORMATS } from '../index';
import type { FileOptions, FilesBeside } from './files_beside';
import { type FoundLabels, LARGEST_LABEL_FILE, readLabelText } from './labels';

/**
 * Of 'cats.tflite', the likeliest first: its own, then those of Teachable Machine, AutoML Vision and the TensorFlow examples.
 */
export function labelFileNames(model: string): string[] {
  const dot = model.lastIndexOf('.');
  const endsSo = dot > 0 && FORMATS.some(({ endings }) => endings.includes(model.slice(dot + 1).toLowerCase()));
  const own = endsSo ? model.slice(0, dot) : model;
  return [`${own}.txt`, `${own}_labels.txt`, 'labels.txt', 'dict.txt', 'labelmap.txt'];
}

/** What the files of these names hold. Files that are missing are passed over, those that cannot be read are a warning. */
export async function readLabelsBeside(
  names: readonly string[],
  beside: Pick<FilesBeside, 'readIfPresent'>,
  { signal }: Pick<FileOptions, 'signal'>,
): Promise<{ labelFiles: FoundLabels[]; warnings: string[] }> {
  const labelFiles: FoundLabels[] = [];
  const warnings: string[] = [];
  for (const name of names) {
    try {
      const bytes = await beside.readIfPresent(name, { signal, limit: LARGEST_LABEL_FILE + 1 });
      if (bytes) labelFiles.push({ where: name, labels: readLabelText(bytes, name) });
    } catch (error) {
      const { code, message, cause } = error as MobileNetEdgeError;
      if (code === 'ABORTED') throw error;
      const problem = code === 'LABELS_INVALID' ? message : ((cause as Error)?.message ?? message);
      warnings.push(`The labels in ${name} are not used: ${problem}`);
    }
  }
  return { labelFiles, warnings };
}
