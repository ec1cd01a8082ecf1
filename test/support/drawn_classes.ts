/** Three classes of pictures, drawn at random: discs, stripes and checkers, in any two colours, of any size and place. */
import { randomOf } from '../../lib/train/random';

export const DRAWN_SIDE = 64;
const SHAPES = {
  disc: (x: number, y: number, size: number) => x * x + y * y < (size * 1.6) ** 2,
  stripes: (x: number, _: number, size: number) => Math.floor(x / size) % 2 === 0,
  checkers: (x: number, y: number, size: number) => (Math.floor(x / size) + Math.floor(y / size)) % 2 === 0,
};
export const DRAWN_LABELS = Object.keys(SHAPES) as (keyof typeof SHAPES)[];

export interface Drawn {
  label: string;
  data: Uint8Array;
}

/** `perClass` pictures of every class, RGB levels, in turns. */
export function drawnClasses(seed: number, perClass: number): Drawn[] {
  const random = randomOf(seed);
  const between = (low: number, high: number) => low + Math.floor(random() * (high - low + 1));
  const color = () => [between(0, 255), between(0, 255), between(0, 255)];
  return Array.from({ length: perClass * DRAWN_LABELS.length }, (_, i) => {
    const label = DRAWN_LABELS[i % DRAWN_LABELS.length];
    const [ink, paper] = [color(), color()];
    // Two colours that can be told apart.
    const far = ink.map((level) => (level + 128) % 256);
    const near = ink.every((level, c) => Math.abs(level - paper[c]) < 60);
    const [size, left, top] = [between(6, 12), between(20, 44), between(20, 44)];
    const data = new Uint8Array(DRAWN_SIDE * DRAWN_SIDE * 3);
    for (let p = 0; p < DRAWN_SIDE * DRAWN_SIDE; p++) {
      const inside = SHAPES[label]((p % DRAWN_SIDE) - left, Math.floor(p / DRAWN_SIDE) - top, size);
      const chosen = inside ? ink : near ? far : paper;
      for (let c = 0; c < 3; c++) data[3 * p + c] = Math.min(255, Math.max(0, chosen[c] + between(-12, 12)));
    }
    return { label, data };
  });
}
