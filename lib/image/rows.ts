/** Rows of a picture's crop with the channels that a model wants, made only when a resizer asks for them. */
import type { Box } from './crop';
import type { Image } from './image';

/** White, as every viewer and page shows a transparent picture; black would be a drawing's own ink. */
export const BACKGROUND = 255;

/** One gray channel or RGB. */
export type ModelChannels = 1 | 3;

export interface Rows {
  width: number;
  height: number;
  channels: ModelChannels;
  /** Row y, width * channels bytes: a view of the picture, or `scratch` (of that length) filled and returned. */
  row(y: number, scratch: Uint8Array): Uint8Array | Uint8ClampedArray;
}

/**
 * Reads the rows of `box`. Gray becomes RGB by repetition; RGB becomes gray by BT.601 luma; alpha is composited over
 * BACKGROUND before that, each channel rounded to the nearest level.
 */
export function rowsOf(image: Image, box: Box, channels: ModelChannels): Rows {
  const convert = image.channels === channels ? undefined : CONVERSIONS[`${image.channels}->${channels}`];
  const row = (y: number, scratch: Uint8Array) => {
    const start = ((box.y + y) * image.width + box.x) * image.channels;
    const stored = image.data.subarray(start, start + box.width * image.channels);
    if (convert === undefined) return stored;
    convert(stored, scratch);
    return scratch;
  };
  return { width: box.width, height: box.height, channels, row };
}

type Conversion = (from: Uint8Array | Uint8ClampedArray, to: Uint8Array) => void;

const CONVERSIONS: Record<string, Conversion> = {
  '1->3': (from, to) => {
    for (let i = 0, o = 0; i < from.length; i++, o += 3) to[o] = to[o + 1] = to[o + 2] = from[i];
  },
  '3->1': (from, to) => {
    for (let i = 0, o = 0; i < from.length; i += 3, o++) to[o] = luma(from[i], from[i + 1], from[i + 2]);
  },
  '4->3': (from, to) => {
    for (let i = 0, o = 0; i < from.length; i += 4, o += 3) {
      const alpha = from[i + 3];
      for (let c = 0; c < 3; c++) to[o + c] = composite(from[i + c], alpha);
    }
  },
  '4->1': (from, to) => {
    for (let i = 0, o = 0; i < from.length; i += 4, o++) {
      const alpha = from[i + 3];
      to[o] = luma(composite(from[i], alpha), composite(from[i + 1], alpha), composite(from[i + 2], alpha));
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
