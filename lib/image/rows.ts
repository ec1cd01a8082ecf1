/** A picture's crop with the channels that a model wants, made a row at a time and only when a resizer asks for it. */
import type { Box } from './crop';
import type { Image } from './image';

/** White, as every viewer and page shows a transparent picture; black would be a drawing's own ink. */
export const BACKGROUND = 255;

/** One gray channel or RGB. */
export type ModelChannels = 1 | 3;

/** Interleaved levels. */
export type Levels = Uint8Array | Uint8ClampedArray;

export interface Source {
  width: number;
  height: number;
  channels: ModelChannels;
  /** Rows of which only these columns' pixels are wanted. */
  rows(columns: Int32Array): Rows;
}

export interface Rows {
  /** The picture's own bytes, or what has been converted. Not a view a row, which costs as much as its pixels. */
  bytes: Levels;
  /** Where row y begins in `bytes`; that holds until the next odd row if y is odd, else until the next even one. */
  row(y: number): number;
  /** How far from its row's beginning the pixel of columns[i] is. */
  offsets: Int32Array;
}

/**
 * Reads the rows of `box`. Gray becomes RGB by repetition; RGB becomes gray by BT.601 luma; alpha is composited over
 * BACKGROUND before that, each channel rounded to the nearest level.
 */
export function sourceOf(image: Image, box: Box, channels: ModelChannels): Source {
  const { width, height } = box;
  const start = (y: number): number => ((box.y + y) * image.width + box.x) * image.channels;
  const convert = image.channels === channels ? undefined : CONVERSIONS[`${image.channels}->${channels}`];
  const rows = (columns: Int32Array): Rows => {
    const from = columns.map((column) => column * image.channels);
    if (!convert) return { bytes: image.data, row: start, offsets: from };
    const length = columns.length * channels;
    const bytes = new Uint8Array(2 * length);
    const held = [-1, -1];
    const row = (y: number): number => {
      const slot = y & 1;
      if (held[slot] !== y) convert(image.data, start(y), from, bytes, slot * length);
      held[slot] = y;
      return slot * length;
    };
    return { bytes, row, offsets: columns.map((_, i) => i * channels) };
  };
  return { width, height, channels, rows };
}

/** Converts the pixels that begin at start + offsets[i] and writes them densely from to[o] on. */
type Conversion = (from: Levels, start: number, offsets: Int32Array, to: Uint8Array, o: number) => void;

const CONVERSIONS: Record<string, Conversion> = {
  '1->3': (from, start, offsets, to, o) => {
    for (let i = 0; i < offsets.length; i++, o += 3) to[o] = to[o + 1] = to[o + 2] = from[start + offsets[i]];
  },
  '3->1': (from, start, offsets, to, o) => {
    for (let i = 0; i < offsets.length; i++, o++) {
      const at = start + offsets[i];
      to[o] = luma(from[at], from[at + 1], from[at + 2]);
    }
  },
  '4->3': (from, start, offsets, to, o) => {
    for (let i = 0; i < offsets.length; i++, o += 3) {
      const at = start + offsets[i];
      const alpha = from[at + 3];
      for (let c = 0; c < 3; c++) to[o + c] = composite(from[at + c], alpha);
    }
  },
  '4->1': (from, start, offsets, to, o) => {
    for (let i = 0; i < offsets.length; i++, o++) {
      const at = start + offsets[i];
      const alpha = from[at + 3];
      to[o] = luma(composite(from[at], alpha), composite(from[at + 1], alpha), composite(from[at + 2], alpha));
    }
  },
};

/** 0.299 R + 0.587 G + 0.114 B (BT.601), rounded to the nearest level, halves up; in integers, so that it is exact. */
function luma(red: number, green: number, blue: number): number {
  return Math.floor((red * 299 + green * 587 + blue * 114 + 500) / 1000);
}

function composite(level: number, alpha: number): number {
  if (alpha === 255) return level;
  return Math.floor((level * alpha + BACKGROUND * (255 - alpha) + 127) / 255);
}
