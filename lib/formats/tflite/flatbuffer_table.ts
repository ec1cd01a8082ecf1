/**
 * Checked reading of FlatBuffers (https://flatbuffers.dev/internals), which the flatbuffers package does not do: vectors
 * are checked before they are followed, scalars by DataView, whose RangeErrors become MODEL_INVALID in `reading`.
 * Few bytecodes for each of a model's thousands of fields: V8 would optimize what runs longer, for 4 MB of memory.
 */
import { Budget } from '../../base/budget';
import { isError } from '../../base/bytes';
import type { MobileNetEdgeError } from '../../base/errors';
import type { Phase } from '../../base/phase';
import { modelInvalid } from '../shared/failures';

/** How much may be read from a file in all, in multiples of its length: offsets of a hostile file can share one huge vector. */
const ALLOWANCE_FACTOR = 8;
const ALLOWANCE_BASE = 1 << 20;

export class FlatBuffer {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly budget: Budget;
  readonly #what: string;
  #allowance: number;

  /** `what` names the buffer in messages. */
  constructor(bytes: Uint8Array, what: string, budget = new Budget()) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.budget = budget;
    this.#what = what;
    this.#allowance = ALLOWANCE_BASE + ALLOWANCE_FACTOR * bytes.length;
  }

  root(): FlatTable {
    return new FlatTable(this, this.view.getUint32(0, true));
  }

  /** The four characters that tell which schema a buffer follows. */
  identifier(): string {
    this.check(0, 8);
    return String.fromCharCode(...this.bytes.subarray(4, 8));
  }

  /** Throws MODEL_INVALID unless bytes at..at+length lie inside the buffer. */
  check(at: number, length: number): void {
    if (at >= 0 && length >= 0 && at + length <= this.bytes.length) return;
    throw this.#corrupt(`it refers to ${length} bytes at offset ${at} but has ${this.bytes.length} bytes`);
  }

  /** A phase that reads; throws MODEL_INVALID where it reads outside the buffer. */
  *readingPhase<Result>(read: Phase<Result>): Phase<Result> {
    try {
      return yield* read;
    } catch (error) {
      throw this.#asCorrupt(error);
    }
  }

  /** What `read` returns. Throws MODEL_INVALID where it reads outside the buffer. */
  reading<Result>(read: () => Result): Result {
    try {
      return read();
    } catch (error) {
      throw this.#asCorrupt(error);
    }
  }

  /** Accounts for `length` bytes of decoded values. Throws MODEL_INVALID when a file makes us decode far more than it holds. */
  spend(length: number): void {
    this.#allowance -= length;
    if (this.#allowance < 0) throw modelInvalid(`${this.#what} is corrupt: its parts overlap`);
  }

  /** A DataView says by RangeError that it was asked for what is outside. */
  #asCorrupt(error: unknown): unknown {
    return isError(error) && error.name === 'RangeError' ? this.#corrupt(error.message, error) : error;
  }

  #corrupt(why: string, cause?: unknown): MobileNetEdgeError {
    return modelInvalid(`${this.#what} is truncated or corrupt: ${why}`, cause);
  }
}

/** One table; fields are numbered as in the schema. A table that is absent answers every question with the default. */
export class FlatTable {
  readonly #file: FlatBuffer;
  readonly #view: DataView;
  readonly #position: number;
  /** Where the offset of field 0 is. */
  readonly #slots: number;
  readonly #fields: number;
  readonly #length: number;

  constructor(file: FlatBuffer, position: number | undefined) {
    this.#file = file;
    this.#view = file.view;
    this.#position = position ?? 0;
    this.#slots = this.#fields = this.#length = 0;
    if (position === undefined) return;
    file.spend(32);
    file.budget.spendParts(1, 'tables of the file');
    const vtable = position - this.#view.getInt32(position, true);
    this.#slots = vtable + 4;
    this.#fields = (this.#view.getUint16(vtable, true) - 4) >> 1;
    this.#length = this.#view.getUint16(vtable + 2, true);
  }

  has(field: number): boolean {
    return this.#offset(field, 0) !== 0;
  }

  int8(field: number, fallback = 0): number {
    return this.#scalar(field, 1, fallback, (at) => this.#view.getInt8(at));
  }

  uint8(field: number, fallback = 0): number {
    return this.#scalar(field, 1, fallback, (at) => this.#view.getUint8(at));
  }

  bool(field: number): boolean {
    return this.uint8(field) !== 0;
  }

  int32(field: number, fallback = 0): number {
    return this.#scalar(field, 4, fallback, (at) => this.#view.getInt32(at, true));
  }

  uint32(field: number, fallback = 0): number {
    return this.#scalar(field, 4, fallback, (at) => this.#view.getUint32(at, true));
  }

  float32(field: number, fallback = 0): number {
    return this.#scalar(field, 4, fallback, (at) => this.#view.getFloat32(at, true));
  }

  /** Exact up to 2^53; what is larger lies outside every file. */
  uint64(field: number): number {
    return this.#scalar(field, 8, 0, (at) => Number(this.#view.getBigUint64(at, true)));
  }

  table(field: number): FlatTable {
    const at = this.#offset(field, 4);
    return new FlatTable(this.#file, at === 0 ? undefined : this.#indirect(at));
  }

  string(field: number): string {
    const bytes = this.bytes(field);
    this.#file.spend(bytes.length);
    return new TextDecoder().decode(bytes);
  }

  /** A view, not a copy. */
  bytes(field: number): Uint8Array {
    const [start, length] = this.#vector(field, 1);
    return this.#file.bytes.subarray(start, start + length);
  }

  /** Throws MODEL_INVALID if there are more than `most`. */
  int32s(field: number, most = Number.POSITIVE_INFINITY): number[] {
    const [, length] = this.#vector(field, 4);
    if (length > most)
      throw modelInvalid(`Expected at most ${most} integers in a vector of the file but it has ${length}`);
    this.#file.budget.spendParts(length, 'integers of the file');
    return Array.from(new Int32Array(this.#copy(field, 4)));
  }

  float32s(field: number): Float32Array {
    return new Float32Array(this.#copy(field, 4));
  }

  int64s(field: number): BigInt64Array {
    return new BigInt64Array(this.#copy(field, 8));
  }

  tables(field: number): FlatTable[] {
    const tables = this.tableVector(field);
    this.#file.spend(tables.length * 4);
    return Array.from({ length: tables.length }, (_, i) => tables.at(i));
  }

  /** Tables that are read when they are asked for. */
  tableVector(field: number): TableVector {
    return new TableVector(this.#file, ...this.#vector(field, 4));
  }

  /** Absolute place of a field that takes `width` bytes, or 0 where it is absent. */
  #offset(field: number, width: number): number {
    if (field >= this.#fields) return 0;
    const offset = this.#view.getUint16(this.#slots + 2 * field, true);
    if (offset === 0) return 0;
    if (offset >= 4 && offset + width <= this.#length) return this.#position + offset;
    throw modelInvalid(`A table of the file is corrupt at field ${field}`);
  }

  #scalar(field: number, width: number, fallback: number, read: (at: number) => number): number {
    const at = this.#offset(field, width);
    return at === 0 ? fallback : read(at);
  }

  #indirect(at: number): number {
    return at + this.#view.getUint32(at, true);
  }

  /** First element and length of a vector; absent is empty. */
  #vector(field: number, width: number): [start: number, length: number] {
    const at = this.#offset(field, 4);
    if (at === 0) return [0, 0];
    const start = this.#indirect(at);
    const length = this.#view.getUint32(start, true);
    this.#file.check(start + 4, length * width);
    return [start + 4, length];
  }

  /** The bytes of a vector of values: there may be tens of thousands, so they are not read one by one. */
  #copy(field: number, width: number): ArrayBuffer {
    const [start, length] = this.#vector(field, width);
    this.#file.spend(length * width);
    return new Uint8Array(this.#file.bytes.subarray(start, start + length * width)).buffer;
  }
}

export class TableVector {
  readonly length: number;
  readonly #file: FlatBuffer;
  readonly #start: number;

  constructor(file: FlatBuffer, start: number, length: number) {
    this.#file = file;
    this.#start = start;
    this.length = length;
  }

  at(index: number): FlatTable {
    if (!(index >= 0 && index < this.length))
      throw modelInvalid(`Expected an index below ${this.length} but the file has ${index}`);
    const at = this.#start + 4 * index;
    return new FlatTable(this.#file, at + this.#file.view.getUint32(at, true));
  }
}
