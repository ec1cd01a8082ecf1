/** Seeded random numbers, so that a failing case can be run again. */
export function randomSource(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    // The high bits of a linear congruential generator are the good ones.
    return (state >>> 8) / 2 ** 24;
  };
}

/** Uniform values in [low, high). */
export function randomFloats(length: number, seed: number, low = -1, high = 1): Float32Array {
  const random = randomSource(seed);
  return Float32Array.from({ length }, () => low + (high - low) * random());
}
