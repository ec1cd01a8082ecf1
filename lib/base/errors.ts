/**
 * Every error that mobilenet-edge throws on purpose is a `MobileNetEdgeError` with one of these codes.
 * Codes are stable: programs may branch on them; messages are for people and may change.
 */
export type ErrorCode =
  | 'ABORTED' // the caller's AbortSignal fired
  | 'BACKEND_UNAVAILABLE' // the requested engine or instruction set cannot run here
  | 'IMAGE_INVALID' // bytes or pixels that are not a picture: truncated, 0x0, wrong length
  | 'IMAGE_NOT_FOUND' // no file at the given path
  | 'IMAGE_UNSUPPORTED' // a picture, but in a format that no installed decoder reads
  | 'INTERNAL' // a defect of this package: please report it
  | 'INVALID_ARGUMENT' // an option or argument out of range or of the wrong type
  | 'LABELS_INVALID' // labels that do not fit the model
  | 'MODEL_CLOSED' // used after close()
  | 'MODEL_INVALID' // a model file that is truncated, corrupt or inconsistent
  | 'MODEL_NOT_FOUND' // no file at the given path, or a weight file it refers to is missing
  | 'MODEL_UNSUPPORTED' // a readable model that is not a one-image classifier or needs what we lack
  | 'OPERATOR_UNSUPPORTED' // a model operator, or a form of it, that we lack
  | 'OUT_OF_MEMORY' // the model's arena or weights could not be allocated
  | 'QUEUE_FULL' // more calls of a model at a time than its maxQueue
  | 'TENSOR_INVALID'; // a tensor of the wrong type or length, or with a value that is not finite

/** No message is longer, whatever names it quotes. */
const LONGEST_MESSAGE = 1000;

/**
 * Text of unknown origin (names in a file, paths), safe to print: control characters, which a terminal obeys, and marks
 * that turn the direction of writing are replaced by U+FFFD, and what is too long is cut.
 */
export function printable(text: string, longest = LONGEST_MESSAGE): string {
  const cut = text.length > longest ? `${text.slice(0, longest - 3)}...` : text;
  return cut.replace(UNPRINTABLE, '\uFFFD');
}

/** JSON in which those characters are escaped: the same value, safe to print. JSON.stringify escapes few of them. */
export function printableJson(value: unknown, indent?: number): string {
  const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value, null, indent).replace(UNPRINTABLE, escaped);
}

/** Control characters but tab and line feed, halves of surrogate pairs, marks of direction, line separators, byte order marks. */
const UNPRINTABLE = /(?![\t\n])[\p{Cc}\p{Cs}\p{Bidi_Control}\u2028\u2029\uFEFF]/gu;

/** The base class of all errors; `cause` holds the underlying error where there is one. */
export class MobileNetEdgeError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(printable(message), options);
    this.name = code === 'ABORTED' ? 'AbortError' : 'MobileNetEdgeError';
    this.code = code;
  }
}

/** Throws `ABORTED` if the signal has fired. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortError(signal);
}

export function abortError(signal: AbortSignal): MobileNetEdgeError {
  return new MobileNetEdgeError('ABORTED', 'The operation was aborted by its AbortSignal', { cause: signal.reason });
}
