/** A file that may be a model, wherever its bytes are. */
import type { FilesBeside } from './files_beside';
import { HEAD_LENGTH } from './known_files';

export interface GivenFile {
  /** Begins messages: a path, a URL. */
  name: string;
  /** The first bytes: HEAD_LENGTH, or all. */
  head(): Promise<Uint8Array>;
  /** The last `length` bytes, or all. */
  tail(length: number): Promise<Uint8Array>;
  /** All of it. */
  bytes(onBytes?: (read: number, total: number) => void): Promise<Uint8Array>;
  /** Absent for bytes in memory. */
  beside?: FilesBeside;
  /** Names of the text files beside it that may hold its labels, the likeliest first. */
  labelFiles?: readonly string[];
}

/** A file whose bytes are all there. */
export function fileInMemory(name: string, bytes: Uint8Array, beside?: FilesBeside): GivenFile {
  return {
    name,
    head: async () => bytes.subarray(0, HEAD_LENGTH),
    tail: async (length) => bytes.subarray(-length),
    bytes: async () => bytes,
    beside,
  };
}
