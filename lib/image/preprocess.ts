/** How a picture becomes the numbers that a model was trained on: crop, then resize, then range. */
import { checkOptionKeys, invalidArgument } from '../base/expect';

/** Values for every channel alike (one entry) or one per channel of the model's input; x is 0..255. */
export interface MeanStd {
  mean: readonly number[];
  std: readonly number[];
}

export interface Preprocess {
  /**
   * Which part of the upright picture the model sees:
   * `stretch`: all of it, its proportions given up; `center`: the central square of side round(0.875 * min(w, h)),
   * as ImageNet models are evaluated; `cover`: the central square of side min(w, h).
   */
  crop: 'stretch' | 'center' | 'cover';
  /**
   * How that part is scaled to the input's size:
   * `bilinear`: half-pixel centres, no antialiasing (`tf.image.resize`); `bilinear-align-corners`: as
   * `@tensorflow-models/mobilenet`; `area`: the exact average under every output pixel, rounded to whole levels.
   */
  resize: 'bilinear' | 'bilinear-align-corners' | 'area';
  /** What a level x of 0..255 becomes: x / 127.5 - 1, x / 255, x itself, or (x - mean) / std. */
  range: '-1..1' | '0..1' | '0..255' | MeanStd;
}

const CROPS = ['stretch', 'center', 'cover'] as const satisfies readonly Preprocess['crop'][];
const RESIZES = ['bilinear', 'bilinear-align-corners', 'area'] as const satisfies readonly Preprocess['resize'][];
const RANGES = ['-1..1', '0..1', '0..255'] as const satisfies readonly Preprocess['range'][];

/** What holds where neither the model nor the caller says otherwise: how the papers' own checkpoints were evaluated. */
export const DEFAULT_PREPROCESS: Readonly<Preprocess> = { crop: 'center', resize: 'bilinear', range: '-1..1' };

/**
 * Lays partial settings over the defaults; later layers win, and `undefined` values say nothing.
 * Throws INVALID_ARGUMENT on an unknown key or value.
 */
export function resolvePreprocess(...layers: (Partial<Preprocess> | undefined)[]): Preprocess {
  const resolved: Preprocess = { ...DEFAULT_PREPROCESS };
  for (const layer of layers) {
    if (layer === undefined) continue;
    checkOptionKeys(layer, Object.keys(resolved), 'preprocess');
    for (const [key, value] of Object.entries(layer)) {
      if (value === undefined) continue;
      if (key === 'crop') resolved.crop = oneOf(CROPS, 'preprocess.crop', value);
      else if (key === 'resize') resolved.resize = oneOf(RESIZES, 'preprocess.resize', value);
      else resolved.range = validRange(value);
    }
  }
  return resolved;
}

function validRange(value: unknown): Preprocess['range'] {
  if (typeof value !== 'object' || value === null) return oneOf(RANGES, 'preprocess.range', value, ' or { mean, std }');
  checkOptionKeys(value, ['mean', 'std'], 'preprocess.range');
  const { mean, std } = value as Record<string, unknown>;
  const stds = numbers('preprocess.range.std', std);
  if (!stds.every((value) => Number.isFinite(Math.fround(255 / value)))) {
    throw invalidArgument('the numbers of preprocess.range.std not to be 0 or nearly so', std);
  }
  return { mean: numbers('preprocess.range.mean', mean), std: stds };
}

/** A copy, so that the caller's array may change. */
function numbers(name: string, value: unknown): number[] {
  const values = Array.isArray(value) || ArrayBuffer.isView(value) ? Array.from(value as ArrayLike<unknown>) : [];
  if (values.length === 0 || !values.every((entry): entry is number => Number.isFinite(entry))) {
    throw invalidArgument(`${name} to be an array of finite numbers, one or one per channel`, value);
  }
  return values;
}

function oneOf<T extends string>(values: readonly T[], name: string, value: unknown, more = ''): T {
  const found = values.find((candidate) => candidate === value);
  if (found === undefined) throw invalidArgument(`${name} to be one of ${list(values)}${more}`, value);
  return found;
}

function list(values: readonly string[]): string {
  return values.map((value) => `'${value}'`).join(', ');
}
