/** Real models, pictures and golden outputs, kept beside a developer's checkout and not in the repository. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(__dirname, '..', '..', '..', 'shared');

export const hasShared = existsSync(join(folder, 'golden', 'golden.json'));

export function sharedPath(...parts: string[]): string {
  return join(folder, ...parts);
}

export interface GoldenModel {
  file: string;
  input: { size: number; channels: number; encoding: string };
  output?: { type: number; scale: number; zp: number };
  gap?: { type: number; scale: number; zp: number };
  classes: number;
}

export interface GoldenRun {
  top5: { index: number; label: string; score: number }[];
  /** Base64 of the output's bytes: float32 for float models. */
  out: string;
  /** Of quantized models: the bytes that float requantization gives, and those of the pooled features. */
  out_xnn?: string;
  gap_xnn?: string;
}

export interface Golden {
  models: Record<string, GoldenModel>;
  runs: Record<string, Record<string, GoldenRun>>;
}

export function readGolden(): Golden {
  return JSON.parse(readFileSync(sharedPath('golden', 'golden.json'), 'utf8'));
}

/** The exact picture of a golden run: size x size RGB levels. */
export function goldenPicture(size: number, image: string): Uint8Array {
  return new Uint8Array(readFileSync(sharedPath('golden', 'inputs', String(size), `${image}.rgb`)));
}

/** Float32 values of a golden output. */
export function goldenFloats(base64: string): Float32Array {
  const bytes = Uint8Array.from(Buffer.from(base64, 'base64'));
  return new Float32Array(bytes.buffer);
}

/** The bytes of a golden output. */
export function goldenBytes(base64: string): Uint8Array {
  return Uint8Array.from(Buffer.from(base64, 'base64'));
}

/** The exact input tensor of a golden run of a quantized model. */
export function goldenTensor({ input }: GoldenModel, image: string): Uint8Array | Int8Array {
  const rgb = goldenPicture(input.size, image);
  const levels = input.channels === 1 ? grey(rgb) : rgb;
  return input.encoding === 'u8' ? levels : Int8Array.from(levels, (level) => level - 128);
}

/** The usual luma, rounded to the nearest level. */
function grey(rgb: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: rgb.length / 3 }, (_, i) =>
    Math.floor((299 * rgb[3 * i] + 587 * rgb[3 * i + 1] + 114 * rgb[3 * i + 2] + 500) / 1000),
  );
}

export interface QuantizedGolden {
  id: string;
  model: GoldenModel;
  runs: [image: string, run: GoldenRun][];
}

/** The quantized models with their runs; none where the files are missing. */
export function quantizedGoldens(): QuantizedGolden[] {
  if (!hasShared) return [];
  const { models, runs } = readGolden();
  return Object.entries(models)
    .filter(([, model]) => model.output?.type)
    .map(([id, model]) => ({ id, model, runs: Object.entries(runs[id]) }));
}

if (!hasShared) console.warn('the real models and pictures are not beside this checkout: their tests are skipped');
