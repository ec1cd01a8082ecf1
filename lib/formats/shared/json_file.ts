/** Files that are JSON. */
import type { Budget } from '../../base/budget';
import { modelInvalid, otherFile } from './failures';
import { type JsonObject, objectOf } from './json_value';
import { knownFile } from './known_files';

/** How much more memory than its text parsed JSON takes at most: arrays in arrays of nothing are the worst. */
const JSON_FACTOR = 32;

/** Whether a file that begins so, one character a byte, may be JSON. */
export function beginsJson(head: string): boolean {
  return /^[{[]/.test(head.replace('\xef\xbb\xbf', '').trimStart());
}

/** Throws MODEL_INVALID unless `bytes` is JSON in UTF-8; `name` begins the message. */
export function parseJsonValue(bytes: Uint8Array, name: string, budget?: Budget): unknown {
  budget?.spendBytes(JSON_FACTOR * bytes.length, name);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    const known = knownFile(bytes);
    if (known) throw otherFile(name, known);
    throw modelInvalid(`${name}: expected JSON but ${(cause as Error).message}`, cause);
  }
}

/** As parseJsonValue, of a JSON object. */
export function parseJson(bytes: Uint8Array, name: string, budget?: Budget): JsonObject {
  return objectOf(parseJsonValue(bytes, name, budget), name);
}
