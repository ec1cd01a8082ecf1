/**
 * Checked reading of FlatBuffers (https://flatbuffers.dev/internals). The flatbuffers package decodes scalars but
 * verifies nothing, so every offset, vtable and vector is checked here before it is followed.
 */
import { ByteBuffer } from 'flatbuffers';
import { modelInvalid } from './failures';

/** How much may be read from a file in all, in multiples of its length: offsets of a hostile file can share one huge vector. */
const ALLOWANCE_FACTOR = 8;
const ALLOWANCE_BASE = 1 << 20;

export class FlatBuffer {
  readonly bytes: Uint8Array;
  readonly reader: ByteBuffer;
  readonly #what: string;
  #allowance: number;

  /** `what` names the buffer in messages. */
  constructor(bytes: Uint8Array, what: string) {
    this.bytes = bytes;
    this.reader = new ByteBuffer(bytes);
    this.#what = what;
    this.#allowance = ALLOWANCE_BASE + ALLOWANCE_FACTOR * bytes.length;
  }

  root(): FlatTable {
    this.check(0, 8);
    return new FlatTable(this, this.reader.readUint32(0));
  }

  /** The four characters that tell which schema a buffer follows. */
  identifier(): string {
    this.check(0, 8);
    return String.fromCharCode(...this.bytes.subarray(4, 8));
  }

  /** Throws MODEL_INVALID unless bytes at..at+length lie inside the buffer. */
  check(at: number, length: number): void {
    if (!(at >= 0 && length >= 0 && at + length <= this.bytes.length)) {
      throw modelInvalid(
        `${this.#what} is truncated or corrupt: it refers to ${length} bytes at offset ${at} but has ${this.bytes.length} bytes`,
      );
    }
  }

  /** Accounts for `length` bytes of decoded values. Throws MODEL_INVALID when a file makes us decode far more than it holds. */
  spend(length: number): void {
    this.#allowance -= length;
    if (this.#allowance < 0) throw modelInvalid(`${this.#what} is corrupt: its parts overlap`);
  }
}

/** One table; fields are numbered as in the schema. A table that is absent answers every question with the default. */
export class FlatTable {
  readonly #file: FlatBuffer;
  readonly #position: number;
  readonly #vtable: number;
  readonly #fields: number;
  readonly #length: number;

  constructor(file: FlatBuffer, position: number | undefined) {
    this.#file = file;
    this.#position = position ?? 0;
    this.#vtable = this.#fields = this.#length = 0;
    if (position === undefined) return;
    file.spend(32);
    file.check(position, 4);
    this.#vtable = position - file.reader.readInt32(position);
    file.check(this.#vtable, 4);
    const vtableLength = file.reader.readUint16(this.#vtable);
    file.check(this.#vtable, Math.max(4, vtableLength));
    this.#fields = (vtableLength - 4) >> 1;
    this.#length = file.reader.readUint16(this.#vtable + 2);
    file.check(position, this.#length);
  }

  has(field: number): boolean {
    return this.#offset(field, 0) !== 0;
  }

  int8(field: number, fallback = 0): number {
    return this.#scalar(field, 1, fallback, (at) => this.#file.reader.readInt8(at));
  }

  uint8(field: number, fallback = 0): number {
    return this.#scalar(field, 1, fallback, (at) => this.#file.reader.readUint8(at));
  }

  bool(field: number): boolean {
    return this.uint8(field) !== 0;
  }

  int32(field: number, fallback = 0): number {
    return this.#scalar(field, 4, fallback, (at) => this.#file.reader.readInt32(at));
  }

  uint32(field: number, fallback = 0): number {
    return this.#scalar(field, 4, fallback, (at) => this.#file.reader.readUint32(at));
  }

  float32(field: number, fallback = 0): number {
    return this.#scalar(field, 4, fallback, (at) => this.#file.reader.readFloat32(at));
  }

  /** Exact up to 2^53; what is larger lies outside every file. */
  uint64(field: number): number {
    return this.#scalar(field, 8, 0, (at) => Number(this.#file.reader.readUint64(at)));
  }

  table(field: number): FlatTable {
    return new FlatTable(this.#file, this.has(field) ? this.#indirect(this.#offset(field, 4)) : undefined);
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

  int32s(field: number): number[] {
    return this.#list(field, 4, (at) => this.#file.reader.readInt32(at));
  }

  float32s(field: number): number[] {
    return this.#list(field, 4, (at) => this.#file.reader.readFloat32(at));
  }

  int64s(field: number): number[] {
    return this.#list(field, 8, (at) => Number(this.#file.reader.readInt64(at)));
  }

  /** How many tables the vector of them has. */
  tableCount(field: number): number {
    return this.#vector(field, 4)[1];
  }

  tables(field: number): FlatTable[] {
    return this.#list(field, 4, (at) => new FlatTable(this.#file, this.#indirect(at)));
  }

  tableAt(field: number, index: number): FlatTable {
    const [start, length] = this.#vector(field, 4);
    if (!(index >= 0 && index < length))
      throw modelInvalid(`Expected an index below ${length} but the file has ${index}`);
    return new FlatTable(this.#file, this.#indirect(start + 4 * index));
  }

  /** Absolute place of a field that takes `width` bytes, or 0 where it is absent. */
  #offset(field: number, width: number): number {
    if (field >= this.#fields) return 0;
    const offset = this.#file.reader.readUint16(this.#vtable + 4 + 2 * field);
    if (offset === 0) return 0;
    if (offset < 4 || offset + width > this.#length)
      throw modelInvalid(`A table of the file is corrupt at field ${field}`);
    return this.#position + offset;
  }

  #scalar(field: number, width: number, fallback: number, read: (at: number) => number): number {
    const at = this.#offset(field, width);
    return at === 0 ? fallback : read(at);
  }

  #indirect(at: number): number {
    this.#file.check(at, 4);
    return at + this.#file.reader.readUint32(at);
  }

  /** First element and length of a vector; absent is empty. */
  #vector(field: number, width: number): [start: number, length: number] {
    const at = this.#offset(field, 4);
    if (at === 0) return [0, 0];
    const start = this.#indirect(at);
    this.#file.check(start, 4);
    const length = this.#file.reader.readUint32(start);
    this.#file.check(start + 4, length * width);
    return [start + 4, length];
  }

  #list<T>(field: number, width: number, read: (at: number) => T): T[] {
    const [start, length] = this.#vector(field, width);
    this.#file.spend(length * width);
    return Array.from({ length }, (_, i) => read(start + i * width));
  }
}
