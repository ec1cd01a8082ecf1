/** Heads on disk. */
import { isUrl } from '../bytes';
import { checkOptionKeys } from '../expect';
import { readBytes } from '../formats/file_bytes';
import { toPath } from '../formats/read_model_file';
import type { ImageSource } from '../image';
import type { Backbone, Head } from './head';
import { readHead } from './train_head';

/**
 * A head that `save()` has given and a program has written: from its path, file: URL or bytes, with the model that it was
 * trained on. Rejects with MODEL_NOT_FOUND, MODEL_INVALID (also for another model) or MODEL_UNSUPPORTED.
 */
export async function loadHead(
  source: string | URL | Uint8Array,
  options: { model: Backbone<ImageSource> },
): Promise<Head<ImageSource>> {
  checkOptionKeys(options, ['model']);
  const { model } = options;
  if (typeof source !== 'string' && !isUrl(source)) return readHead(source, model);
  return readHead(await readBytes(toPath(source), {}), model);
}
