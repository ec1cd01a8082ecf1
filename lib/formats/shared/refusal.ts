/** The errors for files that are no models we read. */
import type { MobileNetEdgeError } from '../../base/errors';
import { modelInvalid, modelUnsupported } from './failures';
import { type KnownFile, knownArchive, knownAsModel } from './known_files';
import { LONGEST_TAIL, namesInTail } from './zip';

export const SUPPORTED = 'Supported are .tflite files and tfjs layers models (model.json with its weights)';

/** How much of the end of an archive is looked at for the names of what is inside. */
export const ARCHIVE_TAIL = 2 * LONGEST_TAIL;

/** `name` begins the message. */
export function refusal(name: string, { kind, what, remedy }: KnownFile): MobileNetEdgeError {
  const message = `${name}: this is ${what}: ${remedy}`;
  return kind === 'other' ? modelInvalid(message) : modelUnsupported(`${message}. ${SUPPORTED}`);
}

/** Why a file that begins with `head` and ends with `tail` is not read. */
export function notSupported(name: string, head: Uint8Array, tail: Uint8Array): MobileNetEdgeError {
  if (head.length === 0) return modelInvalid(`${name}: no bytes are not a model: copy or download the file again`);
  const known = knownAsModel(head);
  if (known) return refusal(name, known.kind === 'zip' ? knownArchive(namesInTail(tail)) : known);
  if (/(weights|shard\d+of\d+)(\.bin)?$/.test(name)) {
    return modelInvalid(
      `${name}: this looks like the weights of a tfjs model: give the model.json that lies beside them`,
    );
  }
  const start = Array.from(head.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return modelInvalid(`${name}: what begins with '${start}' is not a model. ${SUPPORTED}`);
}
