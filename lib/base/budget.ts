/**
 * What one model may cost, from the first byte of its file to the Session: a small file can ask for gigabytes, hours or
 * millions of layers. One Budget goes through all that load() does; code that is about to take memory or to multiply work
 * accounts for it first.
 */
import { allocate } from './allocate';
import { MobileNetEdgeError } from './errors';
import { checkOptionKeys, invalidArgument } from './expect';

/**
 * Upper bounds of what a model may cost, for `load`. load() rejects with MODEL_UNSUPPORTED for a model beyond one of them.
 * The defaults are several times what any real network needs; a server that loads files of strangers may want less.
 */
export interface Limits {
  /**
   * Bytes that load() and an inference take beside the file itself: weights as they are converted and packed, the arena,
   * the input and the output. Default: 256 MiB, and 16 for each byte of weights in the file.
   */
  bytes?: number;
  /** Operators, counted after nested and shared layers are written out. Default: 16384. */
  operators?: number;
  /**
   * Work of an inference: multiply-accumulates, and operations of pools and elementwise layers. Default: 2^32, and 16384
   * for each byte of weights in the file.
   */
  macs?: number;
  /** Height times width of the input. Default: 2^22, a picture of 2048x2048. */
  pixels?: number;
}

type Limit = keyof Limits;

const BASE: Required<Limits> = { bytes: 2 ** 28, operators: 2 ** 14, macs: 2 ** 32, pixels: 2 ** 22 };
/** Weights are decoded, transposed, folded and packed, each time perhaps four times as large as in the file. */
const PER_SOURCE_BYTE: Record<Limit, number> = { bytes: 16, operators: 0, macs: 2 ** 14, pixels: 0 };
/** A Graph is made by the program that passes it, not by a file: what 32-bit offsets reach. */
const OF_GRAPH: Required<Limits> = { bytes: 2 ** 32, operators: 2 ** 20, macs: 2 ** 44, pixels: 2 ** 24 };

/** What there may be of parts that cost little each: names, references, operands, tensors that live at the same time. */
const PARTS_PER_OPERATOR = 32;

/** Work that a step does for each node, in values read and written. */
const NODE_WORK = 512;
/** Work of a turn, a few milliseconds. */
const TURN_WORK = 2 ** 20;

/** Throws INVALID_ARGUMENT. */
export function checkLimitsOption(limits: unknown): void {
  if (limits === undefined) return;
  const keys = Object.keys(BASE) as Limit[];
  checkOptionKeys(limits, keys, 'limits');
  for (const key of keys) {
    const value = (limits as Limits)[key];
    if (value === undefined || (Number.isSafeInteger(value) && value > 0)) continue;
    throw invalidArgument(`limits.${key} to be a whole number above 0`, value);
  }
}

export class Budget {
  readonly #given: Limits;
  readonly #base: Required<Limits>;
  #sourceBytes = 0;
  #bytes = 0;
  #operators = 0;
  #parts = 0;
  #work = 0;
  #turnEnds = TURN_WORK;

  /** `limits` must be what checkLimitsOption takes. */
  constructor(limits: Limits = {}, of: 'file' | 'graph' = 'file') {
    this.#given = limits;
    this.#base = of === 'file' ? BASE : OF_GRAPH;
  }

  /** Bytes that are accounted for so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Work so far, in values read and written. */
  get work(): number {
    return this.#work;
  }

  /** So many bytes of weights were found in the file: a large file may cost more. */
  addSource(bytes: number): void {
    this.#sourceBytes += bytes;
  }

  /** Accounts for memory that is about to be taken for `what`. */
  spendBytes(bytes: number, what: string): void {
    this.#bytes += bytes;
    this.#work += bytes / 4;
    this.#check('bytes', this.#bytes, `bytes of memory, the last ${bytes} for ${what}`);
  }

  /** `length` zeros. Throws OUT_OF_MEMORY too. */
  float32s(length: number, what: string): Float32Array {
    this.spendBytes(length * 4, what);
    return allocate(length * 4, () => new Float32Array(length));
  }

  /** Accounts for operators that a reader makes. */
  spendOperators(count = 1): void {
    this.#operators += count;
    this.#work += count * NODE_WORK;
    this.#check('operators', this.#operators, 'operators');
  }

  /** Accounts for small parts of any kind: those of a network are few for each operator. */
  spendParts(count: number, what: string): void {
    this.#parts += count;
    this.#work += count * 16;
    if (this.#parts > PARTS_PER_OPERATOR * this.#limit('operators')) {
      throw this.#beyond('operators', this.#parts, `parts (${what}) at ${PARTS_PER_OPERATOR} for each operator`);
    }
  }

  /** Of a file, before any is read. */
  checkOperators(count: number): void {
    this.#check('operators', count, 'operators');
  }

  checkPixels(count: number): void {
    this.#check('pixels', count, 'pixels of input');
  }

  checkMacs(count: number): void {
    this.#check('macs', count, 'operations for each inference');
  }

  /** Counts the work on `nodes` nodes. True once a turn has had its share: then others should run. */
  turnIsOver(nodes = 1): boolean {
    this.#work += nodes * NODE_WORK;
    if (this.#work < this.#turnEnds) return false;
    this.#turnEnds = this.#work + TURN_WORK;
    return true;
  }

  #limit(key: Limit): number {
    return this.#given[key] ?? this.#base[key] + PER_SOURCE_BYTE[key] * this.#sourceBytes;
  }

  #check(key: Limit, count: number, what: string): void {
    // Not a number is beyond every limit.
    if (!(count <= this.#limit(key))) throw this.#beyond(key, count, what);
  }

  #beyond(key: Limit, count: number, what: string): MobileNetEdgeError {
    return new MobileNetEdgeError(
      'MODEL_UNSUPPORTED',
      `Expected a model within the limit of ${this.#limit(key)} ${key} but it needs ${count} ${what}: ` +
        `if you trust the model, load it with a larger limits.${key}`,
    );
  }
}
