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
  classes: number;
}

export interface GoldenRun {
  top5: { index: number; label: string; score: number }[];
  /** Base64 of the output's bytes: float32 for float models. */
  out: string;
  out_xnn?: string;
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

if (!hasShared) console.warn('the real models and pictures are not beside this checkout: their tests are skipped');
