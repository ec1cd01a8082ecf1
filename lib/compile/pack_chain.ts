/**
 * Exact products of unsigned bytes and weights with `vpmaddubsw`, which adds two products in 16 bits and saturates.
 *
 * A 16-bit lane takes weights 0, 1 or 2, 3 of a quad (four consecutive k of one column). The results of `chain`
 * quads may be added in 16 bits if the positive weights of the lane, over all those quads, sum to at most 128, and
 * the negative ones to at least -128: then no input of 0 to 255 overflows (255 * 128 < 2^15). Where trained weights
 * exceed that, the excess is taken off the largest ones and kept in a list of extra quads, each added on its own.
 *
 * A negative chain multiplies inputs minus 128, which costs one instruction more. As those reach only 128, signs do not
 * matter: of the weights of a lane, which are at least -127, the sum of |weight| + 1 may be 256 (the 1 because kernels
 * flip all bits of a weight to negate it), so that a quad of 8-bit weights has no excess at all.
 *
 * Instructions that sum in 32 bits need no chain: for them, only weights beyond a byte are excess.
 */
import {
  CHAIN_BYTES_ONLY,
  CHAIN_CENTRED_DEPTH,
  CHAIN_CENTRED_LIMIT,
  CHAIN_LANE_LIMIT,
  CHAIN_QUAD_COSTS,
  CHAIN_SAMPLED_COLUMNS,
  CHAIN_VECTOR,
  CHAINS,
} from '../program/constants';

/** Entries begin[v] to begin[v + 1] belong to columns 8v to 8v + 7. A quad is four bytes, the first weight lowest. */
export interface Extras {
  begin: number[];
  /** Of each entry: the byte offset in the input row, and one quad for each of the 8 columns. */
  offsets: number[];
  quads: number[];
}

/** Takes off the largest weights of one sign, in turn, what the limit does not allow, in the lane that starts at `lane`. */
function limitLane(weights: Int16Array, lane: number, end: number, sign: number): void {
  // A byte holds -128 to 127.
  const most = sign > 0 ? 127 : 128;
  let sum = 0;
  for (let k = lane; k < end; k += 4) {
    for (let i = k; i < k + 2; i++) {
      if (weights[i] * sign > most) weights[i] = most * sign;
      if (weights[i] * sign > 0) sum += weights[i] * sign;
    }
  }
  while (sum > CHAIN_LANE_LIMIT) {
    let largest = lane;
    for (let k = lane; k < end; k += 4) {
      if (weights[k] * sign > weights[largest] * sign) largest = k;
      if (weights[k + 1] * sign > weights[largest] * sign) largest = k + 1;
    }
    const taken = Math.min(weights[largest] * sign, sum - CHAIN_LANE_LIMIT);
    weights[largest] -= taken * sign;
    sum -= taken;
  }
}

/** The same for inputs minus 128. Returns whether there was anything to take. */
function limitCentredLane(weights: Int16Array, lane: number, end: number): boolean {
  let hasRest = false;
  let sum = 0;
  for (let k = lane; k < end; k += 4) {
    for (let i = k; i < k + 2; i++) {
      const magnitude = Math.abs(weights[i]);
      if (magnitude > 127) {
        weights[i] = 127 * Math.sign(weights[i]);
        hasRest = true;
      }
      sum += Math.min(magnitude, 127) + 1;
    }
  }
  while (sum > CHAIN_CENTRED_LIMIT) {
    let largest = lane;
    for (let k = lane; k < end; k += 4) {
      if (Math.abs(weights[k]) > Math.abs(weights[largest])) largest = k;
      if (Math.abs(weights[k + 1]) > Math.abs(weights[largest])) largest = k + 1;
    }
    const taken = Math.min(Math.abs(weights[largest]), sum - CHAIN_CENTRED_LIMIT);
    weights[largest] -= taken * Math.sign(weights[largest]);
    sum -= taken;
    hasRest = true;
  }
  return hasRest;
}

/** Returns whether there was anything to take. */
function limitBytes(weights: Int16Array): boolean {
  let hasRest = false;
  for (let i = 0; i < weights.length; i++) {
    if (Math.abs(weights[i]) <= 127) continue;
    weights[i] = 127 * Math.sign(weights[i]);
    hasRest = true;
  }
  return hasRest;
}

/** Leaves in `limited` the part of a column that chains of `chain` quads can hold. Returns whether there is a rest. */
function limitColumn(column: Int16Array, limited: Int16Array, chain: number): boolean {
  limited.set(column);
  if (chain === CHAIN_BYTES_ONLY) return limitBytes(limited);
  if (chain < 0) {
    let hasRest = false;
    const step = 4 * -chain;
    for (let start = 0; start < column.length; start += step) {
      const end = Math.min(start + step, column.length);
      for (const lane of [start, start + 2]) if (limitCentredLane(limited, lane, end)) hasRest = true;
    }
    return hasRest;
  }
  const step = 4 * chain;
  let hasRest = false;
  for (let start = 0; start < column.length; start += step) {
    const end = Math.min(start + step, column.length);
    for (let lane = start; lane < start + 4; lane += 2) {
      let up = 0;
      let down = 0;
      for (let k = lane; k < end; k += 4) {
        const a = column[k];
        const b = column[k + 1];
        if (a > 0) up += a;
        else down -= a;
        if (b > 0) up += b;
        else down -= b;
      }
      if (up < CHAIN_LANE_LIMIT && down <= CHAIN_LANE_LIMIT) continue;
      limitLane(limited, lane, end, 1);
      limitLane(limited, lane, end, -1);
      hasRest = true;
    }
  }
  return hasRest;
}

function quadOf(weights: Int16Array, at: number): number {
  return (
    (weights[at] & 255) | ((weights[at + 1] & 255) << 8) | ((weights[at + 2] & 255) << 16) | (weights[at + 3] << 24)
  );
}

/** Moves what remains of 8 columns into quads that are exact one by one. */
function moveRest(columns: readonly Int16Array[], extras: Extras, chain: number): void {
  const rest = new Int16Array(4);
  const part = new Int16Array(4);
  for (let offset = 0; offset < columns[0].length; offset += 4) {
    while (columns.some((column) => quadOf(column, offset) !== 0)) {
      extras.offsets.push(offset);
      for (const column of columns) {
        for (let i = 0; i < 4; i++) rest[i] = column[offset + i];
        limitColumn(rest, part, Math.sign(chain));
        for (let i = 0; i < 4; i++) column[offset + i] -= part[i];
        extras.quads.push(quadOf(part, 0));
      }
    }
  }
}

/** Fills `column` with weights of output n; what is beyond the outputs or the weights is zero. */
export type ReadColumn = (n: number, column: Int16Array) => void;
/** Takes the quads of 8 columns, one after the other: quad q of column first + j. */
export type WriteQuad = (first: number, j: number, q: number, quad: number) => void;

/** Packs `columns` columns (a multiple of 8) of k weights, minus their zero point; without `write`, only counts extras. */
export function packChain(read: ReadColumn, k: number, columns: number, chain: number, write?: WriteQuad): Extras {
  const quads = Math.ceil(k / 4);
  const extras: Extras = { begin: [0], offsets: [], quads: [] };
  const block = Array.from({ length: CHAIN_VECTOR }, () => new Int16Array(quads * 4));
  const limited = new Int16Array(quads * 4);
  for (let first = 0; first < columns; first += CHAIN_VECTOR) {
    let hasRest = false;
    block.forEach((column, j) => {
      read(first + j, column);
      if (limitColumn(column, limited, chain)) hasRest = true;
      if (write) for (let q = 0; q < quads; q++) write(first, j, q, quadOf(limited, q * 4));
      for (let i = 0; i < column.length; i++) column[i] -= limited[i];
    });
    if (hasRest) moveRest(block, extras, chain);
    extras.begin.push(extras.offsets.length);
  }
  return extras;
}

/** The chain that costs least, with its extras and the centring of the rows. */
export function cheapestChain(read: ReadColumn, k: number, columns: number): number {
  const sampled = Math.min(columns, CHAIN_SAMPLED_COLUMNS);
  const quads = (Math.ceil(k / 4) * sampled) / CHAIN_VECTOR;
  let cheapest = 1;
  let least = Number.POSITIVE_INFINITY;
  for (const [i, chain] of CHAINS.entries()) {
    if (chain < 0 && k > CHAIN_CENTRED_DEPTH) continue;
    const extras = packChain(read, k, sampled, chain).offsets.length / quads;
    const cost = CHAIN_QUAD_COSTS[i] + (chain < 0 ? 5 * extras + 12 / columns : 3 * extras);
    if (cost < least) {
      cheapest = chain;
      least = cost;
    }
  }
  return cheapest;
}
