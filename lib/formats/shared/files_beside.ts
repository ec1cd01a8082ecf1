/** A model of several files, wherever they lie: on a disk, on a site, among those that a user picked. */

import type { Budget } from '../../base/budget';
import { modelInvalid } from './failures';

/** Which of the class names that come with a model are read. */
export interface LabelOptions {
  /** The caller has other names: those of the model are not looked for. */
  withoutLabels?: boolean;
  /** The language of names, where a file has several: a BCP 47 tag as 'de' or 'pt-BR'; default: English. */
  labelsLocale?: string;
}

export interface ReadOptions extends LabelOptions {
  /** What the model may cost; default: what the Limits of load() say. */
  budget?: Budget;
  signal?: AbortSignal;
  /** Called with the part that is done, 0..1. */
  onProgress?: (fraction: number) => void;
}

/** What a reader gets. */
export interface ReaderOptions extends ReadOptions {
  budget: Budget;
}

/** MobileNets have at most some 50 MB of weights. */
export const LARGEST_FILE = 2 ** 30;

export interface FileOptions {
  signal?: AbortSignal;
  /** Read at most the first so many bytes. */
  limit?: number;
  onBytes?: (read: number, total: number) => void;
}

/** The files beside a model, by relative paths with slashes. */
export interface FilesBeside {
  /** Rejects with MODEL_NOT_FOUND. */
  read(path: string, options: FileOptions): Promise<Uint8Array>;
  readIfPresent(path: string, options: FileOptions): Promise<Uint8Array | undefined>;
}

/** Throws MODEL_INVALID unless `path`, which the file `owner` names, is one of a file beside it or below: `what`. */
export function checkIsBeside(owner: string, path: string, what: string): void {
  let depth = 0;
  const leaves = path.split(/[/\\]/).some((part) => (depth += part === '..' ? -1 : part === '.' || !part ? 0 : 1) < 0);
  if (leaves || /^([/\\]|\w+:)/.test(path)) {
    throw modelInvalid(`${owner}: expected ${what} beside it but received ${path}`);
  }
}
