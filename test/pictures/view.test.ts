/** `region` and `rotation`: what is looked at in a picture, compared with pixels that were cut and turned beforehand. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { load, type Model, mobilenetV1, trainHead } from '../../lib';
import type { Image } from '../../lib/image/image';
import { type Region, type ViewOptions, viewOf } from '../../lib/image/view';
import { jpeg, noise, pngOf, rejection, withExif } from '../fixtures/pictures';

const picture = noise(40, 30, 3);

/** Pixel by pixel. */
function cut({ data, width, channels }: Image, { x, y, width: w, height: h }: Region): Image {
  const part: number[] = [];
  for (let row = y; row < y + h; row++) {
    for (let column = x; column < x + w; column++) {
      for (let c = 0; c < channels; c++) part.push(data[(row * width + column) * channels + c]);
    }
  }
  return { data: Uint8Array.from(part), width: w, height: h, channels };
}

/** By 90 degrees clockwise: what was the lower left corner is the upper left one. */
function turned({ data, width, height, channels }: Image): Image {
  const part: number[] = [];
  for (let row = 0; row < width; row++) {
    for (let column = 0; column < height; column++) {
      for (let c = 0; c < channels; c++) part.push(data[((height - 1 - column) * width + row) * channels + c]);
    }
  }
  return { data: Uint8Array.from(part), width: height, height: width, channels };
}

describe('viewOf', () => {
  it.each([
    [
      { x: 0, y: 0, width: 40, height: 30 },
      { x: 0, y: 0, width: 40, height: 30 },
    ],
    [
      { x: 3, y: 4, width: 10, height: 5 },
      { x: 3, y: 4, width: 10, height: 5 },
    ],
    [
      { x: 39, y: 29, width: 1, height: 1 },
      { x: 39, y: 29, width: 1, height: 1 },
    ],
    [
      { x: 1, y: 1, width: 1, height: 1 },
      { x: 1, y: 1, width: 1, height: 1 },
    ], // reaches beyond 1: pixels
    [
      { x: 0, y: 0, width: 1, height: 1 },
      { x: 0, y: 0, width: 40, height: 30 },
    ], // the whole
    [
      { x: 0.5, y: 0.5, width: 0.5, height: 0.5 },
      { x: 20, y: 15, width: 20, height: 15 },
    ],
    [
      { x: 0.26, y: 0.1, width: 0.3, height: 0.45 },
      { x: 10, y: 3, width: 12, height: 14 },
    ], // 10.4 to 22.4, 3 to 16.5
    [
      { x: 0.9, y: 0.7, width: 0.1, height: 0.30000000000000004 },
      { x: 36, y: 21, width: 4, height: 9 },
    ],
    [
      { x: 0.999, y: 0.5, width: 0.0001, height: 0.0001 },
      { x: 39, y: 15, width: 1, height: 1 },
    ],
  ])('%o of 40x30 pixels is %o', (region, pixels) => {
    expect(viewOf(picture, { region })).toEqual(cut(picture, pixels));
  });

  it('turns clockwise, the region and not the picture', () => {
    const region = { x: 2, y: 5, width: 7, height: 4 };
    let expected = cut(picture, region);
    for (const rotation of [0, 90, 180, 270] as const) {
      expect(viewOf(picture, { region, rotation })).toEqual(expected);
      expected = turned(expected);
    }
  });

  it('copies nothing where all of the picture is looked at', () => {
    expect(viewOf(picture, {})).toBe(picture);
    expect(viewOf(picture, { rotation: 0 })).toBe(picture);
  });
});

describe('a model', () => {
  let model: Model;
  beforeAll(async () => {
    model = await load(mobilenetV1({ alpha: 0.25, inputSize: 32, classes: 5 }));
  });
  afterAll(() => model.close());

  const views: ViewOptions[] = [
    { rotation: 90 },
    { rotation: 180 },
    { rotation: 270 },
    { region: { x: 5, y: 3, width: 20, height: 9 } },
    { region: { x: 0.25, y: 0.5, width: 0.5, height: 0.5 }, rotation: 90 },
  ];

  it.each(views)('answers to %o as to pixels that were cut and turned', async (view) => {
    const seen = viewOf(picture, view);
    for (const source of [picture, pngOf(picture)]) {
      expect(await model.classify(source, view)).toEqual(await model.classify(seen));
      expect(await model.embed(source, view)).toEqual(await model.embed(seen));
    }
  });

  it('takes regions of the upright picture, and turns it after EXIF', async () => {
    const file = jpeg(picture);
    const stored = await model.classify(withExif(file, 6), { region: { x: 4, y: 31, width: 9, height: 8 } });
    // EXIF 6 turns by 90 degrees: the upright picture is 30x40.
    expect(stored).toEqual(await model.classify(file, { region: { x: 31, y: 17, width: 8, height: 9 }, rotation: 90 }));
  });

  it('takes one view for an array of pictures, and for a head', async () => {
    const view = views[4];
    const other = noise(9, 8, 3, 2);
    const seen = [picture, other].map((image) => viewOf(image, view));
    expect(await model.classify([picture, other], view)).toEqual(await model.classify(seen));
    const examples = seen.map((image, i) => ({ image, label: `class ${i}` }));
    const head = await trainHead(examples, { model, epochs: 2 });
    expect(await head.classify(picture, view)).toEqual(await head.classify(seen[0]));
  });

  it.each([
    ['a region outside', { region: { x: 30, y: 0, width: 11, height: 5 } }, /region .* within the picture of 40x30/],
    ['below', { region: { x: 0, y: 25, width: 5, height: 6 } }, /within the picture/],
    ['no width', { region: { x: 0, y: 0, width: 0, height: 5 } }, /region.width .* more than 0/],
    ['negative', { region: { x: -1, y: 0, width: 5, height: 5 } }, /region.x .* at least 0/],
    ['NaN', { region: { x: 0, y: Number.NaN, width: 5, height: 5 } }, /region.y/],
    ['text', { region: { x: '0', y: 0, width: 5, height: 5 } }, /region.x .* received '0'/],
    ['a side left out', { region: { x: 0, y: 0, width: 5 } }, /region.height .* undefined/],
    ['another key', { region: { x: 0, y: 0, width: 5, heigth: 5 } }, /did you mean 'height'/],
    ['half pixels', { region: { x: 0.5, y: 0, width: 5, height: 5 } }, /region.x to be a whole number .* fractions/],
    ['fractions beyond the edge', { region: { x: 0.5, y: 0, width: 0.6, height: 1 } }, /fractions/],
    ['null', { region: null }, /region to be an object/],
    ['an array', { region: [0, 0, 1, 1] }, /region to be an object/],
    ['an odd angle', { rotation: 45 }, /rotation to be 0, 90, 180 or 270/],
    ['an angle as text', { rotation: '90' }, /received '90'/],
    ['a negative angle', { rotation: -90 }, /rotation/],
  ])('refuses %s as INVALID_ARGUMENT', async (_, view, message) => {
    for (const answer of [model.classify(picture, view as ViewOptions), model.embed(picture, view as ViewOptions)]) {
      const error = await rejection(answer);
      expect(error.code).toBe('INVALID_ARGUMENT');
      expect(error.message).toMatch(message);
    }
  });

  it('predict() knows no views', async () => {
    const tensor = new Float32Array(32 * 32 * 3);
    expect((await rejection(model.predict(tensor, { rotation: 90 } as object))).code).toBe('INVALID_ARGUMENT');
  });
});
