/** Seeded mutations of JPEG, PNG and BMP that know their parts: what the bytes' mutations never reach behind check sums. */
import { deflateSync, inflateSync } from 'node:zlib';

const SIDES = [0, 1, 2, 3, 7, 8, 9, 16, 255, 256, 1024, 4096, 16384, 32767, 65535];
const PNG_SIGNATURE_BYTES = 8;

/** Segments of a JPEG up to its first scan's end, the last with the coded data: [start, end] of each. */
function jpegParts(bytes) {
  const parts = [];
  let at = 2;
  while (at + 4 <= bytes.length && bytes[at] === 0xff) {
    const end = at + 2 + ((bytes[at + 2] << 8) | bytes[at + 3]);
    parts.push([at, end]);
    if (bytes[at + 1] === 0xda) break;
    at = end;
  }
  return parts;
}

function pngParts(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts = [];
  for (let at = PNG_SIGNATURE_BYTES; at + 12 <= bytes.length; ) {
    const end = at + 12 + view.getUint32(at);
    parts.push([at, end]);
    at = end;
  }
  return parts;
}

/** A BMP has its file header, its header with palette, and its pixels. */
function bmpParts(bytes) {
  const pixels = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(10, true);
  return [
    [0, 14],
    [14, pixels],
    [pixels, bytes.length],
  ];
}

function formatOf(bytes) {
  if (bytes[0] === 0xff) return { parts: jpegParts, sideBytes: 2, sides: jpegSides, little: false };
  if (bytes[0] === 0x89) return { parts: pngParts, sideBytes: 4, sides: () => [16, 20], little: false };
  return { parts: bmpParts, sideBytes: 4, sides: () => [18, 22], little: true };
}

function jpegSides(bytes) {
  const frame = jpegParts(bytes).find(([at]) => bytes[at + 1] >= 0xc0 && bytes[at + 1] <= 0xc2);
  return frame ? [frame[0] + 5, frame[0] + 7] : [];
}

const crcTable = Uint32Array.from({ length: 256 }, (_, n) => {
  let crc = n;
  for (let k = 0; k < 8; k++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  return crc;
});

/** In place: the check sum of every chunk of a PNG that is whole. */
function mendCheckSums(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const [at, end] of pngParts(bytes)) {
    if (end > bytes.length) break;
    let crc = ~0;
    for (let i = at + 4; i < end - 4; i++) crc = (crc >>> 8) ^ crcTable[(crc ^ bytes[i]) & 255];
    view.setUint32(end - 4, ~crc >>> 0);
  }
}

/** `bytes` with its pieces in another order or number. */
function rearranged(bytes, parts, order) {
  const first = parts[0][0];
  const last = Math.min(parts.at(-1)[1], bytes.length);
  return Buffer.concat([
    bytes.subarray(0, first),
    ...order.map(([a, b]) => bytes.subarray(a, b)),
    bytes.subarray(last),
  ]);
}

/** Each takes and returns bytes; `others` are further good pictures. */
const PICTURE_MUTATIONS = {
  sides(bytes, random) {
    const { sides, sideBytes, little } = formatOf(bytes);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (const at of sides(bytes)) {
      if (random(3) === 0) continue;
      const side = SIDES[random(SIDES.length)];
      if (sideBytes === 2) view.setUint16(at, side);
      else view.setUint32(at, random(4) === 0 ? -side : side, little);
    }
    return bytes;
  },
  header(bytes, random) {
    const parts = formatOf(bytes).parts(bytes);
    for (let n = 1 + random(3); n > 0; n--) {
      const [at, end] = parts[random(parts.length)];
      const place = at + random(Math.min(40, end - at));
      if (place < bytes.length) bytes[place] = random(2) ? random(256) : bytes[place] ^ (1 << random(8));
    }
    return bytes;
  },
  'part left out'(bytes, random) {
    const parts = formatOf(bytes).parts(bytes);
    const gone = random(parts.length);
    return rearranged(
      bytes,
      parts,
      parts.filter((_, i) => i !== gone),
    );
  },
  'part repeated'(bytes, random) {
    const parts = formatOf(bytes).parts(bytes);
    const again = random(parts.length);
    const times = random(8) === 0 ? 300 : 1 + random(4);
    return rearranged(
      bytes,
      parts,
      parts.flatMap((part, i) => (i === again ? Array(1 + times).fill(part) : [part])),
    );
  },
  'parts exchanged'(bytes, random) {
    const parts = formatOf(bytes).parts(bytes);
    const [a, b] = [random(parts.length), random(parts.length)];
    return rearranged(
      bytes,
      parts,
      parts.map((part, i) => (i === a ? parts[b] : i === b ? parts[a] : part)),
    );
  },
  'part of another'(bytes, random, others) {
    const parts = formatOf(bytes).parts(bytes);
    const from = others[random(others.length)];
    const foreign = formatOf(from).parts(from);
    const [a, b] = foreign[random(foreign.length)];
    const at = parts[random(parts.length)][random(2)];
    return Buffer.concat([bytes.subarray(0, at), from.subarray(a, b), bytes.subarray(at)]);
  },
  'samples before compression'(bytes, random) {
    const part = bytes[0] === 0x89 && pngParts(bytes).find(([at]) => bytes[at + 4] === 0x49 && bytes[at + 5] === 0x44);
    if (!part) {
      // The coded data of JPEG, the pixels of BMP.
      const begin = formatOf(bytes).parts(bytes).at(-1)[0];
      for (let n = 1 + random(20); n > 0; n--) bytes[begin + random(bytes.length - begin)] = random(256);
      return bytes;
    }
    let samples = inflateSync(bytes.subarray(part[0] + 8, part[1] - 4));
    for (let n = 1 + random(20); n > 0; n--) samples[random(samples.length)] = random(256);
    const length = random(3);
    if (length === 0) samples = samples.subarray(0, random(samples.length));
    if (length === 1) samples = Buffer.concat([samples, Buffer.alloc(1 + random(2 ** 16))]);
    const data = deflateSync(samples);
    const chunk = Buffer.alloc(12 + data.length);
    chunk.writeUInt32BE(data.length);
    chunk.write('IDAT', 4, 'latin1');
    chunk.set(data, 8);
    return Buffer.concat([bytes.subarray(0, part[0]), chunk, bytes.subarray(part[1])]);
  },
};

/** A changed copy of `bytes`, with right check sums three times out of four. Returns [the kind of change, bytes]. */
export function mutatePicture(bytes, others, random) {
  const kinds = Object.keys(PICTURE_MUTATIONS);
  const kind = kinds[random(kinds.length)];
  const mutated = new Uint8Array(PICTURE_MUTATIONS[kind](new Uint8Array(bytes), random, others));
  if (bytes[0] === 0x89 && random(4) > 0) mendCheckSums(mutated);
  return [kind, mutated];
}
