/** Heads on disk. */
import { isUrl } from '../base/bytes';
import { checkOptionKeys } from '../base/expect';
import type { Backbone, Head } from '../train/head';
import { readHead } from '../train/train_head';
import { readBytes } from './file_bytes';
import { toPath } from './path';
import type { ImageSource } from './pictures';

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
  return readHead(await readBytes(toPath(source, 'INVALID_ARGUMENT', 'fetch the head and pass its bytes'), {}), model);
}
