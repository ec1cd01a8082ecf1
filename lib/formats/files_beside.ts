/** A model of several files, wherever they lie: on a disk, on a site, among those that a user picked. */

import type { Budget } from '../budget';

export interface ReadOptions {
  /** What the model may cost; default: what the Limits of load() say. */
  budget?: Budget;
  signal?: AbortSignal;
  /** Called with the part that is done, 0..1. */
  onProgress?: (fraction: number) => void;
}

export interface FileOptions {
  signal?: AbortSignal;
  /** Read at most the first so many bytes. */
  limit?: number;
  onBytes?: (read: number, total: number) => void;
}

/** The files beside a model.json, by relative paths with slashes. */
export interface FilesBeside {
  /** Rejects with MODEL_NOT_FOUND. */
  read(path: string, options: FileOptions): Promise<Uint8Array>;
  readIfPresent(path: string, options: FileOptions): Promise<Uint8Array | undefined>;
}
