/** A WebAssembly memory in which tests place buffers, run one op, and check every byte that should not have changed. */
import { expect } from 'vitest';
import type { ArenaValues } from '../../lib/program/port';
import { PORT_ARRAYS, type PortType } from '../../lib/program/program';
import { encode, type Op } from '../../lib/program/schema';

const PAGE = 65536;
const GUARD = 256;
/** A NaN with an unlikely payload: read by mistake it shows in the result, written over it shows as damage. */
const CANARY = 0x7fc5a5a5;

/** `pixels` pixels of `channels` values, `stride` values apart, at byte `address`. */
export interface Block {
  type: PortType;
  address: number;
  pixels: number;
  channels: number;
  stride: number;
}

export class GuardedMemory {
  readonly #memory = new WebAssembly.Memory({ initial: 1 });
  #words = new Int32Array(this.#memory.buffer).fill(CANARY);
  readonly #writable: Block[] = [];
  #next = 1024;

  /** Room for dense values (weights, scratch) or pixels, between guards; the gaps between pixels hold canaries too. */
  place(
    pixels: number,
    channels: number,
    stride = channels,
    values?: ArrayLike<number>,
    type: PortType = 'float32',
  ): Block {
    const block = { type, address: this.#next, pixels, channels, stride };
    this.#reserve(((pixels - 1) * stride + channels) * PORT_ARRAYS[type].BYTES_PER_ELEMENT);
    const memory = this.#view(type);
    if (values) eachValue(block, (at, i) => (memory[at] = values[i]));
    return block;
  }

  /** Lets the op write here; everything else must stay as it is. */
  allow(...blocks: Block[]): void {
    this.#writable.push(...blocks);
  }

  /** Runs ops with all three bases at 0, so that fields are addresses, and checks what they wrote. */
  run(module: WebAssembly.Module, ops: Op[]): void {
    const records = encode(ops);
    const begin = this.#next;
    this.#reserve(records.byteLength);
    this.#words.set(records, begin / 4);
    const before = this.#words.slice();
    const { exports } = new WebAssembly.Instance(module, {
      env: { memory: this.#memory, now: () => expect.unreachable() },
    });
    for (let at = 0; at < records.length; at += records[at + 1]) {
      const run = exports.run_chunk as (at: number, chunk: number, ...bases: number[]) => void;
      for (let chunk = 0; chunk < records[at + 2]; chunk++) run(begin + at * 4, chunk, 0, 0, 0);
    }
    for (const block of this.#writable) {
      const [old, now] = [new PORT_ARRAYS[block.type](before.buffer), this.#view(block.type)];
      eachValue(block, (at) => (old[at] = now[at]));
    }
    expect(Buffer.compare(new Uint8Array(before.buffer), new Uint8Array(this.#memory.buffer))).toBe(0);
  }

  read(block: Block): Float32Array {
    const values = new Float32Array(block.pixels * block.channels);
    const memory = this.#view(block.type);
    eachValue(block, (at, i) => (values[i] = memory[at]));
    return values;
  }

  #view(type: PortType): ArenaValues {
    return new PORT_ARRAYS[type](this.#memory.buffer);
  }

  /** Moves the end past `bytes` and a guard, and fills new pages with canaries. */
  #reserve(bytes: number): void {
    this.#next = Math.ceil((this.#next + bytes + GUARD) / 64) * 64;
    const missing = this.#next - this.#memory.buffer.byteLength;
    if (missing <= 0) return;
    const known = this.#words.length;
    this.#memory.grow(Math.ceil(missing / PAGE));
    this.#words = new Int32Array(this.#memory.buffer).fill(CANARY, known);
  }
}

/** Visits the values' indices in the memory seen as an array of their type. */
function eachValue({ type, address, pixels, channels, stride }: Block, visit: (at: number, i: number) => void): void {
  const start = address / PORT_ARRAYS[type].BYTES_PER_ELEMENT;
  for (let pixel = 0, i = 0; pixel < pixels; pixel++) {
    for (let c = 0; c < channels; c++) visit(start + pixel * stride + c, i++);
  }
}
