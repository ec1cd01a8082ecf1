/** How the work of an op is cut into chunks. */
import { pixels, type Tensor } from '../graph/graph';
import type { PanelGeometry } from '../program/program';
import { alignUp, roundChannels } from './layout';
import { MOST_WORK } from './work';

/** Weights that a core reads over and over stay in its second-level cache. */
const WEIGHT_BLOCK_BYTES = 256 * 1024;
/** Rows of a pointwise chunk: a few tiles, so that threads share evenly. */
const ROWS_PER_CHUNK = 128;
/** Kernels compute tiles of 4 rows or more at once: a block of 98 would cost what one of 100 does. */
const ROWS_PER_TILE = 4;
/** A product with fewer rows for each thread is shared by columns: a thread then reads only its own weights. */
const LEAST_ROWS_PER_THREAD = 32;
/** A thread that is slow or late leaves some of its pieces to the others. */
const PIECES_PER_THREAD = 4;

/** Kernels take whole vectors of channels. */
const LEAST_CHANNELS = 16;

/** `total` things in nearly equal pieces, `pieces` at most. */
export function cut(total: number, pieces: number): { size: number; pieces: number } {
  const size = Math.ceil(total / Math.max(1, pieces));
  return { size, pieces: Math.ceil(total / size) };
}

/**
 * Output rows of a windowed op: as many pieces of an even number of rows as divide them and the threads evenly, for
 * kernels make two rows at once; otherwise one piece per thread.
 */
function cutRows(height: number, threads: number): { size: number; pieces: number } {
  for (let share = PIECES_PER_THREAD; share > 1; share--) {
    if (height % (share * threads * 2) === 0) return cut(height, share * threads);
  }
  return cut(height, threads);
}

/** The output picture of a windowed op, each pixel of which costs `work`, in pieces of whole rows or of parts of one. */
export function cutPicture(tensor: Tensor, work: number, threads: number) {
  const [height, width] = pixels(tensor.shape);
  const most = Math.floor(MOST_WORK / work);
  // An even number where there is room for two rows.
  const size = Math.min(cutRows(height, threads).size, Math.max(1, Math.floor(most / width / 2) * 2));
  const columns = Math.max(1, Math.min(width, most));
  return {
    chunks: Math.ceil(height / size) * Math.ceil(width / columns),
    rows_per_chunk: size,
    columns_per_chunk: columns,
  };
}

/** The same of a pool, which is cut by rows for threads and where a pixel is much work by channels too. */
export function cutPool(tensor: Tensor, taps: number) {
  const [height, width, channels] = pixels(tensor.shape);
  const channelsOfChunk = cutChannels(channels, taps);
  const columns = Math.max(1, Math.min(width, Math.floor(MOST_WORK / (taps * channelsOfChunk))));
  return {
    chunks: height * Math.ceil(width / columns) * Math.ceil(channels / channelsOfChunk),
    rows_per_chunk: 1,
    columns_per_chunk: columns,
    channels_per_chunk: channelsOfChunk,
  };
}

/** How many channels of a pixel, each of which costs `work`, make a chunk. */
export function cutChannels(channels: number, work: number): number {
  const all = roundChannels(channels);
  return Math.min(all, Math.max(LEAST_CHANNELS, Math.floor(MOST_WORK / work / LEAST_CHANNELS) * LEAST_CHANNELS));
}

/** Pixels of an elementwise op, each of which costs `work`. */
export function cutPixels(tensor: Tensor, work: number, threads = 1) {
  const [height, width] = pixels(tensor.shape);
  const count = height * width;
  const { size, pieces } = cut(count, Math.max(threads, Math.ceil(count / Math.max(1, Math.floor(MOST_WORK / work)))));
  return { chunks: pieces, pixels_per_chunk: size };
}

/** Blocks of rows and of columns of a matrix product with `k` weights of `bytes` bytes per column. */
export function cutProduct(
  m: number,
  k: number,
  n: number,
  bytes: number,
  panels: Pick<PanelGeometry, 'panel' | 'lastPanel'>,
  threads: number,
) {
  const byRows = m >= LEAST_ROWS_PER_THREAD * threads;
  const { size } = cut(m, byRows ? threads * Math.max(1, Math.round(m / ROWS_PER_CHUNK / threads)) : 1);
  const n_block = columnBlock(k * bytes, n, panels, byRows ? 1 : threads);
  const most = Math.floor(MOST_WORK / (n_block * k) / ROWS_PER_TILE) * ROWS_PER_TILE;
  const m_block = Math.min(m, alignUp(size, ROWS_PER_TILE), Math.max(ROWS_PER_TILE, most));
  return { chunks: Math.ceil(m / m_block) * Math.ceil(n / n_block), m_block, n_block };
}

/**
 * Columns of a block whose weights fit the cache, or nearly so where that shares them evenly among `threads`.
 * No block may split what is one panel: the last one can be wider.
 */
function columnBlock(
  bytes: number,
  n: number,
  { panel, lastPanel }: Pick<PanelGeometry, 'panel' | 'lastPanel'>,
  threads: number,
): number {
  const panels = Math.ceil(n / panel);
  const fitting = Math.max(1, Math.floor(WEIGHT_BLOCK_BYTES / bytes / panel));
  /** Panels of the thread that has the most. */
  const largestShare = (size: number): number => Math.ceil(Math.ceil(panels / size) / threads) * size;
  let { size } = cut(panels, Math.round(panels / fitting));
  if (threads > 1) {
    for (let other = Math.min(panels, Math.ceil(fitting * 1.5)); other >= 1; other--) {
      if (largestShare(other) < largestShare(size)) size = other;
    }
  }
  let block = Math.min(n, size * panel);
  while (block < n && n % block !== 0 && n % block <= lastPanel - panel) block += panel;
  return Math.min(n, block);
}
