/** Reading model files from disk, in pieces: with progress, and with an end when the signal fires. */
import { open, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MobileNetEdgeError, throwIfAborted } from '../errors';
import { modelInvalid, modelUnsupported } from './failures';
import type { FileOptions, FilesBeside } from './files_beside';

const PIECE = 1 << 20;
/** Pieces on their way at once: most of the time goes into pages that are touched for the first time, a core each. */
const PIECES_AT_ONCE = 4;
/** MobileNets have at most some 50 MB of weights. */
const LARGEST_FILE = 2 ** 30;

function notFound(path: string, cause: unknown): MobileNetEdgeError {
  const missing = ['ENOENT', 'ENOTDIR'].includes((cause as NodeJS.ErrnoException).code ?? '');
  const problem = missing ? `there is no file ${path}` : `cannot read ${path} (${(cause as Error).message})`;
  return new MobileNetEdgeError('MODEL_NOT_FOUND', `Expected a model file but ${problem}`, { cause });
}

export async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (cause) {
    throw notFound(path, cause);
  }
}

/** The bytes of a file, or undefined if there is none. Throws MODEL_NOT_FOUND if it cannot be read. */
export async function readBytesIfPresent(path: string, options: FileOptions): Promise<Uint8Array | undefined> {
  try {
    return await readBytes(path, options);
  } catch (error) {
    const { cause } = error as { cause?: NodeJS.ErrnoException };
    if (cause?.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The first `limit` bytes; throws MODEL_NOT_FOUND, MODEL_INVALID, MODEL_UNSUPPORTED or ABORTED. */
export async function readBytes(
  path: string,
  { signal, limit = LARGEST_FILE, onBytes }: FileOptions,
): Promise<Uint8Array> {
  throwIfAborted(signal);
  const file = await open(path).catch((cause) => {
    throw notFound(path, cause);
  });
  try {
    const status = await file.stat();
    if (!status.isFile()) throw modelInvalid(`Expected a model file but ${path} is not a regular file`);
    if (status.size > LARGEST_FILE) throw modelUnsupported(`${path} is larger than the supported 1 GB`);
    const bytes = new Uint8Array(Math.min(status.size, limit));
    let next = 0;
    let done = 0;
    const readPieces = async (): Promise<void> => {
      while (next < bytes.length) {
        const end = Math.min(next + PIECE, bytes.length);
        let at = next;
        next = end;
        while (at < end) {
          throwIfAborted(signal);
          const { bytesRead } = await file.read(bytes, at, end - at, at);
          if (bytesRead === 0) throw modelInvalid(`${path} was truncated while it was read`);
          at += bytesRead;
          done += bytesRead;
          onBytes?.(done, bytes.length);
        }
      }
    };
    const endings = await Promise.allSettled(Array.from({ length: PIECES_AT_ONCE }, readPieces));
    for (const ending of endings) if (ending.status === 'rejected') throw ending.reason;
    return bytes;
  } catch (cause) {
    throw (cause as NodeJS.ErrnoException).syscall ? notFound(path, cause) : cause;
  } finally {
    await file.close();
  }
}

/** The files in the folder of `path`. */
export function filesBeside(path: string): FilesBeside {
  const place = (name: string): string => join(dirname(path), name);
  return {
    read: (name, options) => readBytes(place(name), options),
    readIfPresent: (name, options) => readBytesIfPresent(place(name), options),
  };
}
