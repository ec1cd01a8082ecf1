import { describe, expect, it } from 'vitest';
import { MobileNetEdgeError } from '../../lib/base/errors';
import { cropBox } from '../../lib/image/crop';
import { DEFAULT_PREPROCESS, resolvePreprocess } from '../../lib/image/preprocess';

function failure(run: () => unknown): MobileNetEdgeError {
  try {
    run();
  } catch (error) {
    if (error instanceof MobileNetEdgeError) return error;
    throw error;
  }
  throw new Error('Expected a MobileNetEdgeError');
}

describe('resolvePreprocess', () => {
  it('gives the defaults where nothing is said', () => {
    expect(resolvePreprocess()).toEqual({ crop: 'center', resize: 'bilinear', range: '-1..1' });
    expect(resolvePreprocess(undefined, {}, { crop: undefined })).toEqual(DEFAULT_PREPROCESS);
  });

  it('lets later layers win, key by key', () => {
    const range = { mean: [1, 2, 3], std: [4] };
    const resolved = resolvePreprocess({ crop: 'stretch', range: '0..1' }, { resize: 'area', range });
    expect(resolved).toEqual({ crop: 'stretch', resize: 'area', range });
    range.mean[0] = 99;
    expect(resolved.range).toEqual({ mean: [1, 2, 3], std: [4] });
  });

  it.each([
    [{ crop: 'middle' }, /'stretch', 'center', 'cover'.*'middle'/],
    [{ resize: 'bicubic' }, /'bilinear', 'bilinear-align-corners', 'area'.*'bicubic'/],
    [{ range: '0..2' }, /'-1..1', '0..1', '0..255' or \{ mean, std \}.*'0..2'/],
    [{ range: 5 }, /preprocess\.range/],
    [{ range: null }, /preprocess\.range/],
    [{ size: 224 }, /crop, resize, range.*'size'/],
    [{ range: { mean: [0] } }, /range\.std/],
    [{ range: { mean: [0], std: [] } }, /range\.std/],
    [{ range: { mean: [0], std: [1, 0, 1] } }, /std not to be 0/],
    [{ range: { mean: [Number.NaN], std: [1] } }, /range\.mean/],
    [{ range: { mean: ['0'], std: [1] } }, /range\.mean/],
    [{ range: { mean: [0], std: [1], scale: 2 } }, /mean, std but.*'scale'/],
    [null, /an object/],
    ['stretch', /an object/],
    [['stretch'], /an object/],
  ])('refuses %j', (layer, message) => {
    const error = failure(() => resolvePreprocess(layer as never));
    expect(error.code).toBe('INVALID_ARGUMENT');
    expect(error.message).toMatch(message);
  });
});

describe('cropBox', () => {
  it.each([
    [600, 400, 'stretch', { x: 0, y: 0, width: 600, height: 400 }],
    [600, 400, 'center', { x: 125, y: 25, width: 350, height: 350 }],
    [600, 400, 'cover', { x: 100, y: 0, width: 400, height: 400 }],
    [341, 340, 'center', { x: 21, y: 21, width: 298, height: 298 }],
    [3, 12, 'cover', { x: 0, y: 4, width: 3, height: 3 }],
    [1, 1, 'center', { x: 0, y: 0, width: 1, height: 1 }],
    [1, 9, 'center', { x: 0, y: 4, width: 1, height: 1 }],
  ] as const)('%i x %i, %s', (width, height, crop, box) => {
    expect(cropBox(width, height, crop)).toEqual(box);
  });
});
