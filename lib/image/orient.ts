import type { Orientation } from './exif';
import type { Image } from './image';

/** Where the stored picture lies in the upright one: whether x runs backwards, y runs backwards, and rows are columns. */
const TURNS: Record<Orientation, { mirrorX: boolean; mirrorY: boolean; transpose: boolean }> = {
  1: { mirrorX: false, mirrorY: false, transpose: false },
  2: { mirrorX: true, mirrorY: false, transpose: false },
  3: { mirrorX: true, mirrorY: true, transpose: false },
  4: { mirrorX: false, mirrorY: true, transpose: false },
  5: { mirrorX: false, mirrorY: false, transpose: true },
  6: { mirrorX: false, mirrorY: true, transpose: true },
  7: { mirrorX: true, mirrorY: true, transpose: true },
  8: { mirrorX: true, mirrorY: false, transpose: true },
};

/** Turns the pixels of a stored picture upright; returns the picture itself where it is so already. */
export function orient(image: Image, orientation: Orientation): Image {
  if (orientation === 1) return image;
  const { data, width, height, channels } = image;
  const { mirrorX, mirrorY, transpose } = TURNS[orientation];
  const [uprightWidth, uprightHeight] = transpose ? [height, width] : [width, height];
  const stepX = (mirrorX ? -1 : 1) * channels;
  const stepY = (mirrorY ? -1 : 1) * width * channels;
  const [stepColumn, stepRow] = transpose ? [stepY, stepX] : [stepX, stepY];
  const first = ((mirrorY ? height - 1 : 0) * width + (mirrorX ? width - 1 : 0)) * channels;
  const upright = new Uint8Array(data.length);
  let to = 0;
  for (let row = 0; row < uprightHeight; row++) {
    let from = first + row * stepRow;
    for (let column = 0; column < uprightWidth; column++, from += stepColumn) {
      for (let c = 0; c < channels; c++) upright[to++] = data[from + c];
    }
  }
  return { data: upright, width: uprightWidth, height: uprightHeight, channels };
}
