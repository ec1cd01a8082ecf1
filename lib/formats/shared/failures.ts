/** The ways in which a model file is refused. */
import { MobileNetEdgeError } from '../../base/errors';
import type { KnownFile } from './known_files';

/** Truncated, corrupt or inconsistent. */
export function modelInvalid(message: string, cause?: unknown): MobileNetEdgeError {
  return new MobileNetEdgeError('MODEL_INVALID', message, { cause });
}

/** Readable, but not a model that this package runs. */
export function modelUnsupported(message: string): MobileNetEdgeError {
  return new MobileNetEdgeError('MODEL_UNSUPPORTED', message);
}

/** `operator` is the operator or layer as the file names it, with its place; `why` continues the sentence. */
export function operatorUnsupported(operator: string, why: string): MobileNetEdgeError {
  return new MobileNetEdgeError('OPERATOR_UNSUPPORTED', `${operator} ${why}`);
}

/** What was given is another file; `more` goes on after what helps. */
export function otherFile(name: string, { kind, what, remedy }: KnownFile, more = ''): MobileNetEdgeError {
  const message = `${name}: this is ${what}: ${remedy}`;
  return kind === 'other' ? modelInvalid(message) : modelUnsupported(message + more);
}
