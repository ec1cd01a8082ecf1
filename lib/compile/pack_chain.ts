/**
 * Exact products of unsigned bytes and weights with `vpmaddubsw`, which adds two products in 16 bits and saturates.
 *
 * A 16-bit lane takes weights 0, 1 or 2, 3 of a quad (four consecutive k of one column). The results of `chain`
 * quads may be added in 16 bits if the positive weights of the lane, over all those quads, sum to at most 128, and
 * the negative ones to at least -128: then no input of 0 to 255 overflows (255 * 128 < 2^15). Where trained weights
 * exceed that, the excess is taken off the largest ones and kept in a list of extra quads, each added on its own.
 */

/** Main quads [quads][columns][4] and the extras of every vector of 8 columns, in ascending order. */
export interface Chained {
  chain: number;
  main: Int8Array;
  /** For each vector of 8 columns: byte offset in the input row, and 8 x 4 weights. */
  extras: { offset: number; weights: Int8Array }[][];
}

const LANE_LIMIT = 128;
const CHAINS = [1, 2, 4] as const;
/** Columns from which the chain length is chosen; weights of a layer are alike. */
const SAMPLED_COLUMNS = 32;

/** Takes off the largest weights of one sign, in turn, what the limit does not allow; `at` are the lane's places. */
function limitLane(weights: Int16Array, at: readonly number[], sign: number): void {
  let sum = 0;
  for (const i of at) {
    // A single byte holds -128 to 127.
    if (sign > 0 && weights[i] > 127) weights[i] = 127;
    if (weights[i] * sign > 0) sum += weights[i] * sign;
  }
  while (sum > LANE_LIMIT) {
    let largest = at[0];
    for (const i of at) if (weights[i] * sign > weights[largest] * sign) largest = i;
    const taken = Math.min(weights[largest] * sign, sum - LANE_LIMIT);
    weights[largest] -= taken * sign;
    sum -= taken;
  }
}

/** The part of one column's weights that chains of `chain` quads can hold; the length is a multiple of 4. */
function limitColumn(column: Int16Array, chain: number): Int16Array {
  const limited = column.slice();
  const step = 4 * chain;
  const at: number[] = [];
  for (let start = 0; start < column.length; start += step) {
    for (const lane of [0, 2]) {
      at.length = 0;
      let magnitude = 0;
      for (let k = start + lane; k < Math.min(start + step, column.length); k += 4) {
        at.push(k, k + 1);
        magnitude += Math.abs(column[k]) + Math.abs(column[k + 1]);
      }
      // Most lanes are within both limits.
      if (magnitude < LANE_LIMIT) continue;
      limitLane(limited, at, 1);
      limitLane(limited, at, -1);
    }
  }
  return limited;
}

/** Column n of weights [n][k], padded with zeros to whole quads. */
function columnOf(weights: Int16Array, k: number, n: number): Int16Array {
  const column = new Int16Array(Math.ceil(k / 4) * 4);
  if ((n + 1) * k <= weights.length) column.set(weights.subarray(n * k, (n + 1) * k));
  return column;
}

/** Splits what remains of 8 columns into quads that are exact one by one. */
function extrasOf(excess: readonly Int16Array[]): Chained['extras'][number] {
  const extras: Chained['extras'][number] = [];
  for (let offset = 0; offset < excess[0].length; offset += 4) {
    while (excess.some((column) => column[offset] || column[offset + 1] || column[offset + 2] || column[offset + 3])) {
      const weights = new Int8Array(32);
      excess.forEach((column, j) => {
        const part = limitColumn(column.subarray(offset, offset + 4), 1);
        for (let i = 0; i < 4; i++) {
          weights[j * 4 + i] = part[i];
          column[offset + i] -= part[i];
        }
      });
      extras.push({ offset, weights });
    }
  }
  return extras;
}

function packColumns(weights: Int16Array, k: number, columns: number, chain: number): Chained {
  const quads = Math.ceil(k / 4);
  const main = new Int8Array(quads * columns * 4);
  const extras: Chained['extras'] = [];
  for (let first = 0; first < columns; first += 8) {
    const excess = Array.from({ length: 8 }, (_, j) => {
      const column = columnOf(weights, k, first + j);
      const limited = limitColumn(column, chain);
      for (let i = 0; i < column.length; i++) {
        main[((i >> 2) * columns + first + j) * 4 + (i & 3)] = limited[i];
        column[i] -= limited[i];
      }
      return column;
    });
    extras.push(extrasOf(excess));
  }
  return { chain, main, extras };
}

/** Instructions a quad of one vector: a multiply-add, its sum, and every `chain` quads a widening; three for every extra. */
function cost({ chain, extras }: Chained, quads: number): number {
  const count = extras.reduce((sum, list) => sum + list.length, 0);
  return (chain + 1) / chain + (3 * count) / (quads * extras.length);
}

/** Packs weights [outputs][k] (minus their zero point) into `columns` columns, a multiple of 8, with the cheapest chain length. */
export function packChain(weights: Int16Array, k: number, columns: number): Chained {
  const quads = Math.ceil(k / 4);
  const sampled = Math.min(columns, SAMPLED_COLUMNS);
  const [best] = CHAINS.map((chain) => packColumns(weights, k, sampled, chain)).sort(
    (a, b) => cost(a, quads) - cost(b, quads),
  );
  return columns === sampled ? best : packColumns(weights, k, columns, best.chain);
}
