/** A double this large has no room for fractions: adding it rounds them away, ties to even. */
const NO_FRACTIONS = 1.5 * 2 ** 52;

/** The nearest integer, ties to even: what C's rint and the CPUs' conversions do. */
export function roundHalfEven(x: number): number {
  return Math.abs(x) < 2 ** 51 ? x + NO_FRACTIONS - NO_FRACTIONS : Math.round(x);
}

/** The nearest integer, ties away from zero: what C's round does. */
export function roundHalfAway(x: number): number {
  return Math.sign(x) * Math.round(Math.abs(x));
}
