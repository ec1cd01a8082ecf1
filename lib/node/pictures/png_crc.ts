import * as zlib from 'node:zlib';
import { invalidImage } from '../../image/image';
import { chunkType } from './png_chunks';

let table: Uint32Array | undefined;

/** Throws IMAGE_INVALID where a whole chunk's CRC is not that of its type and data (W3C PNG, annex D). */
export function checkCrc(chunk: Uint8Array): void {
  const { length } = chunk;
  const stored = new DataView(chunk.buffer, chunk.byteOffset, length).getUint32(length - 4);
  if (crc32(chunk.subarray(4, length - 4)) !== stored) {
    throw invalidImage(
      `Expected a whole PNG but the check sum of its ${chunkType(chunk)} chunk is wrong: it is damaged`,
    );
  }
}

function crc32(bytes: Uint8Array): number {
  const native = (zlib as { crc32?: (data: Uint8Array) => number }).crc32;
  if (native) return native(bytes); // Node 20.15, 22.2
  table ??= Uint32Array.from({ length: 256 }, (_, n) => {
    let crc = n;
    for (let k = 0; k < 8; k++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    return crc;
  });
  let crc = ~0;
  for (const byte of bytes) crc = (crc >>> 8) ^ table[(crc ^ byte) & 255];
  return ~crc >>> 0;
}
