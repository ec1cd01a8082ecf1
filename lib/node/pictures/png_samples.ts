/** From the IDAT chunks of a PNG to its samples (W3C PNG, sections 8 to 10): inflation, filters, interlacing. */
import * as zlib from 'node:zlib';
import { invalidImage } from '../../image/image';
import { type PngHeader, pngCutOff } from './png_chunks';

/** Where the pixels of each of Adam7's passes are: from x0, y0, every dx, dy. */
const ADAM7 = [
  { x0: 0, y0: 0, dx: 8, dy: 8 },
  { x0: 4, y0: 0, dx: 8, dy: 8 },
  { x0: 0, y0: 4, dx: 4, dy: 8 },
  { x0: 2, y0: 0, dx: 4, dy: 4 },
  { x0: 0, y0: 2, dx: 2, dy: 4 },
  { x0: 1, y0: 0, dx: 2, dy: 2 },
  { x0: 0, y0: 1, dx: 1, dy: 2 },
];
const WHOLE = { x0: 0, y0: 0, dx: 1, dy: 1 };
type Pass = typeof WHOLE;

/** width * height * samples, as stored: 16 bits whole, what is smaller one to a byte. Throws IMAGE_INVALID. */
export async function readSamples(
  header: PngHeader,
  deflated: readonly Uint8Array[],
): Promise<Uint8Array | Uint16Array> {
  const { width, height, samples, bitDepth, interlaced } = header;
  const passes = (interlaced ? ADAM7 : [WHOLE]).map((pass) => {
    const columns = Math.max(0, Math.ceil((width - pass.x0) / pass.dx));
    const rows = columns === 0 ? 0 : Math.max(0, Math.ceil((height - pass.y0) / pass.dy));
    return { pass, columns, rows, rowBytes: Math.ceil((columns * samples * bitDepth) / 8) };
  });
  const length = passes.reduce((sum, { rows, rowBytes }) => sum + rows * (1 + rowBytes), 0);
  const filtered = await inflate(deflated, length);
  const all = new (bitDepth === 16 ? Uint16Array : Uint8Array)(width * height * samples);
  let at = 0;
  for (const { pass, columns, rows, rowBytes } of passes) {
    const stored = filtered.subarray(at, at + rows * (1 + rowBytes));
    unfilter(stored, rows, rowBytes, Math.max(1, (samples * bitDepth) / 8));
    for (let row = 0; row < rows; row++) {
      const bytes = stored.subarray(row * (1 + rowBytes) + 1, (row + 1) * (1 + rowBytes));
      placeRow(bytes, all, ((pass.y0 + row * pass.dy) * width + pass.x0) * samples, columns, pass, header);
    }
    at += stored.length;
  }
  return all;
}

/** Inflates exactly `length` bytes: what a hostile file holds beyond that is never made. */
async function inflate(deflated: readonly Uint8Array[], length: number): Promise<Uint8Array> {
  const inflated = new Uint8Array(length);
  let filled = 0;
  const stream = zlib.createInflate({ chunkSize: Math.min(Math.max(length, 64), 256 * 1024) });
  stream.end(Buffer.concat(deflated));
  try {
    for await (const piece of stream as AsyncIterable<Uint8Array>) {
      const wanted = piece.subarray(0, length - filled);
      inflated.set(wanted, filled);
      filled += wanted.length;
      if (filled === length) return inflated;
    }
  } catch (cause) {
    throw invalidImage(`Expected a whole PNG but its pixels cannot be inflated (${(cause as Error).message})`, cause);
  }
  throw pngCutOff();
}

/** Undoes the filters in place; `stride` is how far a byte's left neighbour is. Each row begins with its filter's number. */
function unfilter(rows: Uint8Array, count: number, rowBytes: number, stride: number): void {
  const step = 1 + rowBytes;
  for (let row = 0; row < count; row++) {
    const start = row * step + 1;
    const end = start + rowBytes;
    const filter = rows[start - 1];
    // Above the first row and left of each row are zeros.
    const up = row === 0 ? undefined : step;
    switch (filter) {
      case 0:
        break;
      case 1:
        for (let i = start + stride; i < end; i++) rows[i] += rows[i - stride];
        break;
      case 2:
        if (up) for (let i = start; i < end; i++) rows[i] += rows[i - up];
        break;
      case 3:
        for (let i = start; i < end; i++) {
          rows[i] += ((i < start + stride ? 0 : rows[i - stride]) + (up ? rows[i - up] : 0)) >> 1;
        }
        break;
      case 4:
        for (let i = start; i < end; i++) {
          const left = i < start + stride ? 0 : rows[i - stride];
          const above = up ? rows[i - up] : 0;
          rows[i] += paeth(left, above, up && i >= start + stride ? rows[i - up - stride] : 0);
        }
        break;
      default:
        throw invalidImage(`Expected a PNG whose rows have filters 0 to 4 but one has ${filter}: it is damaged`);
    }
  }
}

function paeth(left: number, above: number, corner: number): number {
  const toLeft = Math.abs(above - corner);
  const toAbove = Math.abs(left - corner);
  const toCorner = Math.abs(left + above - 2 * corner);
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}

/** Spreads a pass's row over `all`, from `to` on. */
function placeRow(
  bytes: Uint8Array,
  all: Uint8Array | Uint16Array,
  to: number,
  columns: number,
  { dx }: Pass,
  { samples, bitDepth }: PngHeader,
): void {
  if (bitDepth === 8 && dx === 1) {
    all.set(bytes, to);
    return;
  }
  const mask = (1 << bitDepth) - 1;
  for (let i = 0; i < columns * samples; i++) {
    const place = to + (dx === 1 ? i : Math.floor(i / samples) * dx * samples + (i % samples));
    const bit = i * bitDepth;
    if (bitDepth === 16) all[place] = (bytes[2 * i] << 8) | bytes[2 * i + 1];
    else all[place] = (bytes[bit >> 3] >> (8 - bitDepth - (bit & 7))) & mask;
  }
}
