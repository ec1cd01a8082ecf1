/**
 * Mutated pictures through the built-in decoder: a whole picture or one of our errors, never a raw error or an abort, in a
 * process of its own with a small heap. MUTATIONS=100000 tries more, MUTATION_SEED others.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { adobeSegment, buildJpeg, type JpegComponent } from '../fixtures/jpeg_builder';
import { bmp, bmpOf, gradient, jpeg, noise, png, pngOf, withExif } from '../fixtures/pictures';
import { sumOutcomes, tryMutants } from '../support/mutation_child';

const COUNT = Number(process.env.MUTATIONS ?? 10_000);
const SEED = Number(process.env.MUTATION_SEED ?? 1);

const folder = mkdtempSync(join(tmpdir(), 'mobilenet-edge-mutation-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function cmyk(): Buffer {
  const block = (x: number, y: number) => [8 * x + y, 5, -3];
  const components = [1, 2, 3, 4].map((id): JpegComponent => ({ id, h: id === 1 ? 2 : 1, v: 1, block }));
  return buildJpeg({ width: 20, height: 9, components, restartInterval: 1, segments: [adobeSegment(2)] });
}

async function pictures(): Promise<Buffer[]> {
  const color = gradient(33, 21, 3);
  const image = sharp(color.data, { raw: { width: 33, height: 21, channels: 3 } });
  const palette: [string, Uint8Array][] = [
    ['PLTE', Uint8Array.from({ length: 48 }, (_, i) => 5 * i)],
    ['tRNS', Uint8Array.of(1, 2, 3)],
  ];
  const rows = Array.from({ length: 5 }, (_, y) => Uint8Array.from({ length: 8 }, (_, x) => 31 * x + y));
  return [
    withExif(jpeg(color, 60), 6),
    await image.clone().jpeg({ progressive: true, chromaSubsampling: '4:4:4' }).toBuffer(),
    jpeg(gradient(17, 9, 1)),
    cmyk(),
    pngOf(noise(9, 7, 4)),
    await image.clone().png({ progressive: true }).toBuffer(),
    png({ width: 16, height: 5, bitDepth: 4, colorType: 3, rows, chunks: palette }),
    png({ width: 2, height: 5, bitDepth: 16, colorType: 4, rows }),
    bmpOf(color),
    bmp({ width: 16, height: 5, bits: 4, palette: [[1, 2, 3]], rows }),
    bmp({ width: 4, height: 5, bits: 16, rows }),
  ];
}

beforeAll(async () => {
  for (const [i, bytes] of (await pictures()).entries()) {
    writeFileSync(join(folder, `${String(i).padStart(2, '0')}.picture`), bytes);
  }
});

test(`${COUNT} mutants are decoded or refused`, async () => {
  const reports = await tryMutants('pictures.mjs', folder, COUNT, SEED);
  for (const { wrong, kinds, peak } of reports) {
    expect(wrong).toEqual([]);
    expect(Object.keys(kinds)).toHaveLength(16);
    expect(peak).toBeLessThan(2 ** 30);
  }
  // Mutants must get everywhere.
  const outcomes = sumOutcomes(reports);
  expect([...outcomes.keys()].sort()).toEqual(['IMAGE_INVALID', 'IMAGE_UNSUPPORTED', 'picture']);
  for (const [outcome, times] of outcomes) expect(times, outcome).toBeGreaterThan(COUNT / 200);
}, 3_600_000);
