import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cropBox } from '../../lib/image/crop';
import type { Image } from '../../lib/image/image';
import { preprocessToFloat } from '../../lib/image/to_tensor';
import { decodeImage } from '../../lib/node/pictures/decode';
import { difference } from '../fixtures/pictures';
import { packageRoot } from '../support/package_root';

const shared = join(packageRoot(), '..', 'shared');
const present = existsSync(join(shared, 'golden/inputs')) && existsSync(join(shared, 'images'));
if (!present) console.log('skipped: the golden inputs are not here (../shared/golden/inputs)');

const SIZES = [96, 128, 224];
const prepared = (image: Image, size: number) =>
  preprocessToFloat(
    image,
    { height: size, width: size, channels: 3 },
    { crop: 'center', resize: 'area', range: '0..255' },
  );
const golden = (name: string, size: number) => readFileSync(join(shared, `golden/inputs/${size}/${name}.rgb`));

/** Whether the exact average lies half way between two levels, which the goldens' float arithmetic rounded either way. */
function isTie(image: Image, size: number, index: number): boolean {
  const box = cropBox(image.width, image.height, 'center');
  const [y, x, c] = [Math.floor(index / 3 / size), Math.floor(index / 3) % size, index % 3];
  const overlap = (o: number, i: number) =>
    Math.max(0, Math.min((o + 1) * box.width, (i + 1) * size) - Math.max(o * box.width, i * size));
  let sum = 0;
  for (let i = 0; i < box.height; i++) {
    const weight = overlap(y, i);
    for (let j = 0; weight > 0 && j < box.width; j++) {
      const at = ((box.y + i) * image.width + box.x + j) * image.channels + c;
      sum += weight * overlap(x, j) * image.data[at];
    }
  }
  return (2 * sum) % (2 * box.width * box.height) === box.width * box.height;
}

function expectEqualButForTies(image: Image, name: string, size: number): void {
  const actual = prepared(image, size);
  const expected = golden(name, size);
  expect(difference(actual, expected).max).toBeLessThanOrEqual(1);
  for (let i = 0; i < actual.length; i++) {
    if (actual[i] !== expected[i]) expect(isTie(image, size, i)).toBe(true);
  }
}

describe.skipIf(!present)('golden inputs', () => {
  it.each(['sunflower', 'grace_hopper'])('%s.bmp, but for exact ties', async (name) => {
    const image = await decodeImage(join(shared, `images/${name}.bmp`));
    for (const size of SIZES) expectEqualButForTies(image, `${name}_bmp`, size);
  });

  it.each(['person', 'no_person'])('%s.bmp, of signed bytes, exactly', async (name) => {
    const { data, ...rest } = await decodeImage(join(shared, `images/${name}.bmp`));
    const image = { ...rest, data: data.map((byte) => byte ^ 128) };
    for (const size of SIZES) expect(difference(prepared(image, size), golden(`${name}_tflm`, size)).max).toBe(0);
  });

  it.each(['cat', 'dogs', 'hot_dog', 'panda', 'parrot'])(
    '%s.jpg, within a few levels of another decoder',
    async (name) => {
      for (const decoder of ['builtin', 'sharp'] as const) {
        const image = await decodeImage(join(shared, `images/${name}.jpg`), undefined, decoder);
        for (const size of SIZES) {
          const { max, mean } = difference(prepared(image, size), golden(`${name}_jpg`, size));
          expect(max).toBeLessThanOrEqual(8);
          expect(mean).toBeLessThan(1);
        }
      }
    },
  );
});
