/** Reading model files from disk, in pieces: with progress, and with an end when the signal fires. */
import { type FileHandle, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MobileNetEdgeError, throwIfAborted } from '../base/errors';
import { modelInvalid, modelUnsupported } from '../formats/shared/failures';
import { type FileOptions, type FilesBeside, LARGEST_FILE } from '../formats/shared/files_beside';
import { fileProblem, isUnfit, openRegularFile } from './regular_file';

const PIECE = 1 << 20;
/** Pieces on their way at once: most of the time goes into pages that are touched for the first time, a core each. */
const PIECES_AT_ONCE = 4;

function unreadable(path: string, cause: unknown): MobileNetEdgeError {
  const code = isUnfit(cause) ? 'MODEL_INVALID' : 'MODEL_NOT_FOUND';
  return new MobileNetEdgeError(code, `Expected a model file but ${fileProblem(path, cause)}`, { cause });
}

/** The names in a folder; undefined where `path` is none. Rejects with MODEL_NOT_FOUND. */
export async function folderNames(path: string): Promise<string[] | undefined> {
  try {
    return await readdir(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined;
    throw unreadable(path, cause);
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
  return withFile(path, async (file, size) => {
    const bytes = new Uint8Array(Math.min(size, limit));
    let next = 0;
    let done = 0;
    const readPieces = async (): Promise<void> => {
      while (next < bytes.length) {
        const end = Math.min(next + PIECE, bytes.length);
        const at = next;
        next = end;
        throwIfAborted(signal);
        await readInto(file, path, bytes.subarray(at, end), at);
        onBytes?.((done += end - at), bytes.length);
      }
    };
    const endings = await Promise.allSettled(Array.from({ length: PIECES_AT_ONCE }, readPieces));
    for (const ending of endings) if (ending.status === 'rejected') throw ending.reason;
    return bytes;
  });
}

/** The last `length` bytes of a file, or all of it. Rejects as readBytes does. */
export function readTail(path: string, length: number): Promise<Uint8Array> {
  return withFile(path, async (file, size) => {
    const bytes = new Uint8Array(Math.min(size, length));
    await readInto(file, path, bytes, size - bytes.length);
    return bytes;
  });
}

async function withFile<Result>(
  path: string,
  use: (file: FileHandle, size: number) => Promise<Result>,
): Promise<Result> {
  const file = await openRegularFile(path).catch((cause) => {
    throw unreadable(path, cause);
  });
  try {
    const { size } = await file.stat();
    if (size > LARGEST_FILE) throw modelUnsupported(`${path} is larger than the supported 1 GB`);
    return await use(file, size);
  } catch (cause) {
    throw (cause as NodeJS.ErrnoException).syscall ? unreadable(path, cause) : cause;
  } finally {
    await file.close();
  }
}

async function readInto(file: FileHandle, path: string, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    // A Buffer, since the files of Yarn's Plug-and-Play take other arrays for options.
    const rest = Buffer.from(bytes.buffer, bytes.byteOffset + at, bytes.length - at);
    const { bytesRead } = await file.read(rest, 0, rest.length, position + at);
    if (bytesRead === 0) throw modelInvalid(`${path} was truncated while it was read`);
    at += bytesRead;
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
