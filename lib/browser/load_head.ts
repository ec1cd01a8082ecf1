import { bytesOf, isBlob, isBuffer } from '../base/bytes';
import { MobileNetEdgeError } from '../base/errors';
import { checkOptionKeys } from '../base/expect';
import { LARGEST_FILE } from '../formats/shared/files_beside';
import type { Backbone, Head } from '../train/head';
import { readHead } from '../train/train_head';
import { absoluteUrl } from './absolute_url';
import { fetchBytes } from './fetch_bytes';
import type { ImageSource } from './picture';

function notFound(problem: string, cause?: unknown): MobileNetEdgeError {
  return new MobileNetEdgeError('MODEL_NOT_FOUND', `Expected a head file but ${problem}`, { cause });
}

/**
 * A head that `save()` has given: from a URL, File, Blob or bytes, with the model that it was trained on. Rejects with
 * MODEL_NOT_FOUND, MODEL_INVALID (also for another model) or MODEL_UNSUPPORTED.
 */
export async function loadHead(
  source: string | URL | Blob | Uint8Array | ArrayBuffer,
  options: { model: Backbone<ImageSource> },
): Promise<Head<ImageSource>> {
  checkOptionKeys(options, ['model']);
  const { model } = options;
  if (isBlob(source)) return readHead(new Uint8Array(await source.arrayBuffer()), model);
  if (ArrayBuffer.isView(source) || isBuffer(source)) return readHead(bytesOf(source), model);
  const url = absoluteUrl(source, (cause) => notFound(`${source} is no URL`, cause));
  return readHead(await fetchBytes(url, { limit: LARGEST_FILE, failure: notFound }), model);
}
