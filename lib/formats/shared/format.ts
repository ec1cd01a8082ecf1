/** What a format of model files is: the rows of the registry in ../index.ts. */
import type { FilesBeside, ReaderOptions } from './files_beside';
import type { ModelContent } from './model_file';

/** What is known of a file before its format is. */
export interface Signs {
  /** Its first bytes, HEAD_LENGTH or all, one character each. */
  head: string;
  /** The value that it is the text of, where it is JSON. */
  json?: unknown;
  /** The names of what is inside, where it is a zip archive. */
  entries?: readonly string[];
}

/** A file whose format is known, and what lies beside it. */
export interface RecognizedFile extends Signs {
  /** Begins messages: a path, a URL. */
  name: string;
  /** All of it. Weights of a Graph may be views. */
  bytes: Uint8Array;
  /** Absent for bytes in memory. */
  beside?: FilesBeside;
}

export interface Format {
  /** In `info.format`. */
  name: string;
  /** Its files, as in "Supported are ...". */
  files: string;
  /** Endings of such files' names, without a dot. They tell nothing but what a user may mean. */
  endings: readonly string[];
  /** The name of the file that a folder is read from, for formats of several files. */
  inFolder?: string;
  /** Whether a text file beside it may hold its labels. */
  hasLabelsBeside: boolean;
  /** Told by content, never by name. */
  recognize(signs: Signs): boolean;
  /** Rejects with MODEL_NOT_FOUND, MODEL_INVALID, MODEL_UNSUPPORTED, OPERATOR_UNSUPPORTED, INVALID_ARGUMENT or ABORTED. */
  read(file: RecognizedFile, options: ReaderOptions): Promise<ModelContent>;
  /** The same for what a program holds in memory as the file's JSON with its weights; absent where there is no such thing. */
  readArtifacts?(artifacts: object, options: ReaderOptions): Promise<ModelContent>;
}
