/**
 * Reading zip archives (APPNOTE.TXT 6.3) that stand at the end of other files. Only what is asked for is unpacked, and only
 * up to a limit: fflate's unzipSync unpacks every entry of a name, and looks for the archive at its own offsets only.
 */
import { concatenate } from '../../base/bytes';

export interface ZipEntry {
  name: string;
  /** 0: stored, 8: deflated. */
  method: number;
  packedSize: number;
  /** As it is stated; only unpacking tells. */
  size: number;
  /** Where its header is in the file. */
  at: number;
}

const END = 0x06054b50;
const END_LENGTH = 22;
const ENTRY = 0x02014b50;
const ENTRY_LENGTH = 46;
const HEADER = 0x04034b50;
const HEADER_LENGTH = 30;

/** A comment may follow the archive's end, and has so many bytes at most. */
export const LONGEST_TAIL = END_LENGTH + 0xffff;
/** What deflated bytes are unpacked from at a time: they become a thousand times as many at most. */
const PIECE = 1 << 12;

/** Where the last record of an archive is, or undefined where there is none. */
function findEnd(view: DataView): number | undefined {
  for (let at = view.byteLength - END_LENGTH; at >= Math.max(0, view.byteLength - LONGEST_TAIL); at--) {
    if (view.getUint32(at, true) === END) return at;
  }
  return undefined;
}

/**
 * The entries of the archive at the end of `bytes`, in its order; none where there is no archive. The archive's own offsets
 * count from its begin or, where a tool has rewritten them, from that of the file. Throws where it is corrupt.
 */
export function zipEntries(bytes: Uint8Array): ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(view);
  if (end === undefined) return [];
  const count = view.getUint16(end + 10, true);
  const offset = view.getUint32(end + 16, true);
  // The directory is just before the end, so it tells where the archive begins.
  let at = end - view.getUint32(end + 12, true);
  if (count > 0 && !(at >= 0 && view.getUint32(at, true) === ENTRY)) at = offset;
  const begin = at - offset;
  return Array.from({ length: count }, () => {
    if (view.getUint32(at, true) !== ENTRY) throw new Error(`no entry at byte ${at}`);
    const nameLength = view.getUint16(at + 28, true);
    const entry = {
      name: new TextDecoder().decode(bytes.subarray(at + ENTRY_LENGTH, at + ENTRY_LENGTH + nameLength)),
      method: view.getUint16(at + 10, true),
      packedSize: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      at: begin + view.getUint32(at + 42, true),
    };
    at += ENTRY_LENGTH + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    return entry;
  });
}

/** The content of an entry. Rejects where it is corrupt or has more than `limit` bytes. */
export async function unpackEntry(bytes: Uint8Array, entry: ZipEntry, limit: number): Promise<Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(entry.at, true) !== HEADER) throw new Error(`no header at byte ${entry.at}`);
  const start = entry.at + HEADER_LENGTH + view.getUint16(entry.at + 26, true) + view.getUint16(entry.at + 28, true);
  const packed = bytes.subarray(start, start + entry.packedSize);
  if (packed.length < entry.packedSize) throw new Error('the archive is truncated');
  const check = (size: number): void => {
    if (size > limit) throw new Error(`it has more than ${limit} bytes`);
  };
  check(Math.max(entry.size, packed.length));
  if (entry.method === 0) return packed;
  if (entry.method !== 8) throw new Error(`it is packed by method ${entry.method}`);
  // Few models have an archive, and loading fflate takes two megabytes.
  const { Inflate } = await import('./inflate.js');
  const pieces: Uint8Array[] = [];
  let size = 0;
  const inflate = new Inflate((piece) => {
    check((size += piece.length));
    pieces.push(piece);
  });
  for (let at = 0; at === 0 || at < packed.length; at += PIECE) {
    inflate.push(packed.subarray(at, at + PIECE), at + PIECE >= packed.length);
  }
  return concatenate(pieces);
}

/** Whether an archive begins in the last `window` bytes, of which the end, with its directory, is cut off. */
export function isCutOff(bytes: Uint8Array, window: number): boolean {
  const tail = bytes.subarray(-window);
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  if (findEnd(view) !== undefined) return false;
  for (let at = tail.indexOf(0x50); at !== -1 && at + HEADER_LENGTH <= tail.length; at = tail.indexOf(0x50, at + 1)) {
    if (view.getUint32(at, true) === HEADER) return true;
  }
  return false;
}

/** Whether a file that begins so is a zip archive, perhaps an empty one. */
export function isZip(head: Uint8Array): boolean {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  return head.length >= 4 && [HEADER, END].includes(view.getUint32(0, true));
}

/** The names in the directory that the last bytes of an archive hold, for messages: those that can be found. */
export function namesInTail(tail: Uint8Array): string[] {
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  const names: string[] = [];
  for (let at = 0; at + ENTRY_LENGTH <= tail.length; at++) {
    if (view.getUint8(at) !== 0x50 || view.getUint32(at, true) !== ENTRY) continue;
    const start = at + ENTRY_LENGTH;
    const end = start + view.getUint16(at + 28, true);
    names.push(new TextDecoder().decode(tail.subarray(start, end)));
    at = end - 1;
  }
  return names;
}
