/** The errors for files that are no models we read. */
import type { MobileNetEdgeError } from '../../base/errors';
import { describe } from '../../base/expect';
import { supportedFiles } from '../index';
import { modelInvalid, otherFile } from './failures';
import { isObject } from './json_value';
import { type KnownFile, knownArchive, knownAsModel } from './known_files';
import { knownJson } from './known_json';
import { LONGEST_TAIL } from './zip';

/** How much of the end of an archive is looked at for the names of what is inside. */
export const ARCHIVE_TAIL = 2 * LONGEST_TAIL;

const supported = () => `. Supported are ${supportedFiles()}`;

/** `name` begins the message. */
export function refusal(name: string, known: KnownFile): MobileNetEdgeError {
  return otherFile(name, known, supported());
}

/** Why a file that begins with `head` is not read; `entries` are the names of what is in it, where it is a zip archive. */
export function notSupported(name: string, head: Uint8Array, entries: readonly string[] = []): MobileNetEdgeError {
  if (head.length === 0) return modelInvalid(`${name}: this is an empty file: copy or download the model again`);
  const known = knownAsModel(head);
  if (known) return refusal(name, known.kind === 'zip' ? knownArchive(entries) : known);
  if (/(weights|shard\d+of\d+)(\.bin)?$/.test(name)) {
    return modelInvalid(
      `${name}: this looks like the weights of a tfjs model: give the model.json that lies beside them`,
    );
  }
  const start = Array.from(head.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return modelInvalid(`${name}: what begins with '${start}' is not a model${supported()}`);
}

/** Whether JSON is, or belongs to, a model of a format that is not read. */
export function isKnownJsonModel(json: unknown): boolean {
  return knownJson(json)?.kind === 'model';
}

/** Why JSON is not read. */
export function notSupportedJson(name: string, json: unknown): MobileNetEdgeError {
  const known = knownJson(json);
  if (known) return refusal(name, known);
  const lacking = isObject(json)
    ? `is JSON without modelTopology: ${describe(json)}`
    : `is JSON with ${describe(json)} in place of an object`;
  return modelInvalid(`Expected a model but ${name} ${lacking}${supported()}`);
}
