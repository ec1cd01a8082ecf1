/** Opening files on disk. Only regular ones: a FIFO, socket or device would keep its reader waiting, perhaps for ever. */
import { constants, type Stats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { permissionRemedy } from './permissions';

/** What a file is that is not read. */
class Unfit extends Error {
  constructor(readonly what: string) {
    super(`it ${what}`);
  }
}

function kindOf(status: Stats): string {
  if (status.isDirectory()) return 'a folder';
  if (status.isFIFO()) return 'a pipe (FIFO)';
  if (status.isSocket()) return 'a socket';
  return 'a device';
}

function checkIsRegular(status: Stats): void {
  if (!status.isFile()) throw new Unfit(`is ${kindOf(status)}, not a regular file`);
}

/** Links are followed. Rejects where there is no such file or it is not a regular one; `fileProblem` says it in words. */
export async function openRegularFile(path: string): Promise<FileHandle> {
  // Before opening, since that alone does something to some devices; and after, since another file may have come there.
  checkIsRegular(await stat(path));
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    checkIsRegular(await file.stat());
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** As readFile of node:fs/promises, of a regular file of at most `limit` bytes. */
export async function readRegularFile(path: string, limit: number, signal?: AbortSignal): Promise<Uint8Array> {
  const file = await openRegularFile(path);
  try {
    const { size } = await file.stat();
    if (size > limit) throw new Unfit(`has ${size} bytes, more than the supported ${limit}`);
    return await file.readFile({ signal });
  } finally {
    await file.close();
  }
}

/** Whether `cause`, which a function above was rejected with, means that there is a file, but of a kind or size that is not read. */
export function isUnfit(cause: unknown): boolean {
  return cause instanceof Unfit;
}

/** A longer path of no file is likely the file itself, as text. */
const LONGEST_QUOTED = 500;

/** Why `path` was not read, as the rest of a sentence: "there is no file x", "x is a folder, not a regular file". */
export function fileProblem(path: string, cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException;
  if (cause instanceof Unfit) return `${path} ${cause.what}`;
  if (path === '') return 'the path is empty';
  const hasNul = path.includes('\0'); // no file's name has one
  const isMissing = code === 'ENOENT' || code === 'ENOTDIR' || hasNul;
  if (code === 'ENAMETOOLONG' || (isMissing && path.length > LONGEST_QUOTED)) {
    return `there is no file whose path has ${path.length} characters; base64 text is passed as Buffer.from(text, 'base64')`;
  }
  if (hasNul) return `there is no file ${path}, whose name has a NUL character`;
  if (isMissing) return `there is no file ${path}`;
  return `cannot read ${path} (${message})${permissionRemedy(cause)}`;
}
