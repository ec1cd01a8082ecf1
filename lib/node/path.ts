import { fileURLToPath } from 'node:url';
import { isUrl } from '../base/bytes';
import { type ErrorCode, MobileNetEdgeError } from '../base/errors';
import { excerpt } from '../base/expect';

/**
 * The path that a path or `file:` URL names. Throws `code` for other URLs: nothing is fetched without being asked, and
 * `remedy` says what to do.
 */
export function toPath(source: string | URL, code: ErrorCode, remedy: string): string {
  const name = String(source);
  if (!isUrl(source) && !/^(?:file:\/|[a-z][a-z\d+.-]+:\/\/)/i.test(name)) return name;
  try {
    return fileURLToPath(name);
  } catch (cause) {
    const message = `Expected a path or a file: URL but received ${excerpt(name)}: ${remedy}`;
    throw new MobileNetEdgeError(code, message, { cause });
  }
}
