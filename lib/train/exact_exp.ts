/** ln 2, cut so that whole multiples of the first part are exact. */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
/** Smaller results vanish beside 1. */
const LOWEST = -700;
const TERMS = 14;

/**
 * e^x for x <= 0, the same bits everywhere: Math.exp may differ in the last bit from one engine to the next, and training
 * would carry that bit into every weight. Only sums, products and quotients of doubles are used. Within 2e-16, relatively.
 */
export function exactExp(x: number): number {
  if (x < LOWEST) return 0;
  const power = Math.round(x / LN2_HIGH);
  const rest = x - power * LN2_HIGH - power * LN2_LOW;
  let sum = 1;
  for (let n = TERMS; n > 0; n--) sum = 1 + (sum * rest) / n;
  // Doubling and halving is exact.
  for (let i = power; i < 0; i++) sum /= 2;
  return sum;
}
