import type { Preprocess } from './preprocess';

/** A rectangle of whole pixels. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The share of the shorter side that `center` keeps: 224 of 256 pixels, as ImageNet models are evaluated. */
const CENTER_FRACTION = 0.875;

/**
 * The part of a picture that a model sees. Sides and places are whole pixels: side = floor(fraction * min(w, h) + 0.5),
 * at least 1; x = floor((w - side) / 2), y = floor((h - side) / 2).
 */
export function cropBox(width: number, height: number, crop: Preprocess['crop']): Box {
  if (crop === 'stretch') return { x: 0, y: 0, width, height };
  const fraction = crop === 'center' ? CENTER_FRACTION : 1;
  const side = Math.max(1, Math.floor(fraction * Math.min(width, height) + 0.5));
  return { x: Math.floor((width - side) / 2), y: Math.floor((height - side) / 2), width: side, height: side };
}
