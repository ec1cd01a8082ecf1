/** Which part of a picture is looked at, and which way up: MediaPipe's regionOfInterest and rotationDegrees. */
import { checkOptionKeys, invalidArgument } from '../base/expect';
import type { Box } from './crop';
import type { Image } from './image';
import { orient } from './orient';

/**
 * A rectangle of a picture, in whole pixels from its upper left corner, or in fractions of its width and height. Fractions are
 * meant wherever x + width and y + height are at most 1; so `{ x: 0, y: 0, width: 1, height: 1 }` is the whole picture.
 */
export interface Region {
  x: number;
  y: number;
  /** More than 0. */
  width: number;
  height: number;
}

export interface ViewOptions {
  /**
   * The part of the picture, as it is upright after EXIF, in place of the whole; the model's crop is taken of that. Edges of
   * fractions lie at the nearest pixels: from round(x * width) to round((x + width) * width), one pixel at least.
   */
  region?: Region;
  /** By how many degrees the picture, or the region of it, is turned clockwise before it is looked at; default 0. */
  rotation?: 0 | 90 | 180 | 270;
}

export const VIEW_OPTIONS = ['region', 'rotation'] as const satisfies (keyof ViewOptions)[];

const SIDES = ['x', 'y', 'width', 'height'] as const satisfies (keyof Region)[];

/** What turns a picture clockwise, by EXIF's numbers. */
const ORIENTATIONS = { 90: 6, 180: 3, 270: 8 } as const;

/** A sum of fractions may be a little more than it is meant to be. */
const ROUNDING = 1e-9;

/** A copy of the options. Throws INVALID_ARGUMENT; whether the picture has such a region, viewOf() checks. */
export function checkViewOptions({ region, rotation = 0 }: ViewOptions): ViewOptions {
  if (rotation !== 0 && !(typeof rotation === 'number' && rotation in ORIENTATIONS)) {
    throw invalidArgument('rotation to be 0, 90, 180 or 270 (degrees, clockwise)', rotation);
  }
  if (region === undefined) return { rotation };
  checkOptionKeys(region, SIDES, 'region');
  for (const side of SIDES) {
    const value: unknown = region[side];
    const least = side === 'width' || side === 'height' ? 'more than 0' : 'at least 0';
    if (typeof value !== 'number' || !Number.isFinite(value) || value < 0 || (value === 0 && least === 'more than 0')) {
      throw invalidArgument(`region.${side} to be a number, ${least}`, value);
    }
    if (!isFraction(region) && !Number.isInteger(value)) {
      throw invalidArgument(
        `region.${side} to be a whole number of pixels`,
        value,
        'fractions of the picture are taken where x + width and y + height are at most 1',
      );
    }
  }
  const { x, y, width, height } = region;
  return { region: { x, y, width, height }, rotation };
}

/** The pixels that are looked at; the picture itself where that is all of it. Throws INVALID_ARGUMENT for a region outside. */
export function viewOf(image: Image, { region, rotation = 0 }: ViewOptions): Image {
  const part = region ? cut(image, boxOf(region, image)) : image;
  return rotation === 0 ? part : orient(part, ORIENTATIONS[rotation]);
}

function isFraction({ x, y, width, height }: Region): boolean {
  return x + width <= 1 + ROUNDING && y + height <= 1 + ROUNDING;
}

function boxOf(region: Region, { width, height }: Image): Box {
  if (isFraction(region)) {
    const [x, w] = span(region.x, region.width, width);
    const [y, h] = span(region.y, region.height, height);
    return { x, y, width: w, height: h };
  }
  if (region.x + region.width <= width && region.y + region.height <= height) return region;
  throw invalidArgument(
    `region to lie within the picture of ${width}x${height} pixels`,
    `${region.width}x${region.height} pixels from ${region.x}, ${region.y}`,
  );
}

/** Where a fraction of `pixels` begins, and how many pixels it has. */
function span(from: number, fraction: number, pixels: number): [start: number, length: number] {
  const start = Math.min(Math.round(from * pixels), pixels - 1);
  const end = Math.min(Math.round((from + fraction) * pixels), pixels);
  return [start, Math.max(1, end - start)];
}

function cut({ data, width, channels }: Image, box: Box): Image {
  const rowBytes = box.width * channels;
  const part = new Uint8Array(box.height * rowBytes);
  for (let y = 0; y < box.height; y++) {
    const from = ((box.y + y) * width + box.x) * channels;
    part.set(data.subarray(from, from + rowBytes), y * rowBytes);
  }
  return { data: part, width: box.width, height: box.height, channels };
}
