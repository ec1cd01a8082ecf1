/** A Program inside a WebAssembly instance. Knows neither Node nor the browser: every worker wraps it. */

import { newMemory } from '../base/web_assembly';
import { elementCount } from '../graph/graph';
import { PORT_ARRAYS, type Port, type PortValues, type Program } from '../program/program';
import { checkThreads } from './engine';

const PAGE_BYTES = 65536;
/** Addresses below are never used, so that no tensor has the address 0. */
const CONTROL = 64;

/** What assembly/execute_team.ts keeps at `control`. */
const CONTROL_BYTES = 256;

/** Of the module for one thread. */
interface AloneExports {
  run_chunk(at: number, chunk: number, arena: number, weights: number, scratch: number): void;
}

type LeadAddresses = [arena: number, weights: number, scratch: number, control: number];

/** Of the module whose threads share memory: see assembly/execute_team.ts. */
interface TeamExports {
  begin_run(begin: number, end: number, times: number, control: number): number;
  lead_chunk(...position: [at: number, op: number, before: number, ...addresses: LeadAddresses]): number;
  end_run(chunks: number, control: number): void;
  stop_run(control: number): void;
}
type Assist = (begin: number, arena: number, weights: number, scratch: number, control: number) => never;

/** What a thread needs that takes part in another one's runs: the module, its memory, and the arguments of `assist`. */
export interface AssistantTask {
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
  addresses: Parameters<Assist>;
}

/** Takes part in the runs of a WasmProgram until the thread is terminated. Never returns. */
export function assist({ module, memory, addresses }: AssistantTask): never {
  const { exports } = new WebAssembly.Instance(module, { env: { memory, now } });
  return (exports.assist as Assist)(...addresses);
}

function channelsOf({ shape }: Pick<Port, 'shape'>): number {
  return shape[shape.length - 1];
}

/** Copies pixels of `channels` values between arrays whose pixels are `*Stride` values apart. */
function copyPixels(from: PortValues, fromStride: number, to: PortValues, toStride: number, channels: number): void {
  if (fromStride === channels && toStride === channels) {
    to.set(from);
    return;
  }
  for (let source = 0, target = 0; source < from.length; source += fromStride, target += toStride) {
    for (let c = 0; c < channels; c++) to[target + c] = from[source + c];
  }
}

/** Milliseconds since an epoch that all threads share. */
function now(): number {
  return performance.timeOrigin + performance.now();
}

function recordCount(ops: Int32Array): number {
  let count = 0;
  for (let at = 0; at < ops.length; at += ops[at + 1]) count++;
  return count;
}

function align(address: number): number {
  return Math.ceil(address / 64) * 64;
}

/**
 * Asked after each chunk whether the run shall go on; may answer later, so that other tasks of the thread come in
 * between.
 */
export type GoesOn = () => boolean | Promise<boolean>;

/** Layout of the memory: what threads share, op records, times of ops, weights, arena. */
export class WasmProgram {
  readonly hasAssistants: boolean;
  readonly #module: WebAssembly.Module;
  readonly #memory: WebAssembly.Memory;
  readonly #exports: WebAssembly.Exports;
  readonly #goesOn: GoesOn;
  readonly #ops: number;
  readonly #times: number;
  readonly #weights: number;
  readonly #arena: number;
  readonly #scratchBytes: number;
  readonly #end: number;
  readonly #input: Port;

  /**
   * Copies the program into new memory and keeps no reference to it. For more than one thread the module must be one
   * that shares its memory; runs are right whether or not assistants take part. Throws OUT_OF_MEMORY.
   */
  constructor(module: WebAssembly.Module, program: Program, threads = 1, goesOn: GoesOn = () => true) {
    checkThreads(program, threads);
    this.hasAssistants = threads > 1;
    this.#module = module;
    this.#goesOn = goesOn;
    this.#ops = CONTROL + CONTROL_BYTES;
    this.#times = align(this.#ops + program.ops.byteLength);
    // A record is longer than a time.
    this.#weights = align(this.#times + program.ops.byteLength);
    this.#arena = align(this.#weights + program.weights.byteLength);
    this.#scratchBytes = program.scratchBytes;
    this.#end = this.#arena + program.arenaBytes;
    this.#memory = newMemory(Math.ceil(this.#end / PAGE_BYTES), this.hasAssistants);
    this.#input = program.input;
    new Int32Array(this.#memory.buffer).set(program.ops, this.#ops / 4);
    new Uint8Array(this.#memory.buffer).set(program.weights, this.#weights);
    this.#exports = new WebAssembly.Instance(module, { env: { memory: this.#memory, now } }).exports;
  }

  /** For thread number `thread`, from 1; the one that calls `run` is number 0. */
  assistantTask(thread: number): AssistantTask {
    const scratch = this.#arena + this.#scratchBytes * thread;
    const addresses: Parameters<Assist> = [this.#ops, this.#arena, this.#weights, scratch, CONTROL];
    return { module: this.#module, memory: this.#memory, addresses };
  }

  /**
   * Writes dense `input` to the input port, runs the ops that `port` needs, resolves to a dense copy of its values; to
   * undefined if the run did not go on to its end. Runs must not overlap.
   */
  async run(input: PortValues, port: Port): Promise<PortValues | undefined> {
    if (!(await this.#run(input, port, 0))) return undefined;
    const output = new PORT_ARRAYS[port.type](elementCount(port.shape));
    copyPixels(this.#values(port), port.stride, output, channelsOf(port), channelsOf(port));
    return output;
  }

  /** Runs like `run`; resolves to the milliseconds that each op took instead. */
  async profile(input: PortValues, port: Port): Promise<Float64Array | undefined> {
    if (!(await this.#run(input, port, this.#times))) return undefined;
    const end = now();
    const begins = this.#begins(port);
    return begins.map((begin, op) => (begins[op + 1] ?? end) - begin);
  }

  /** When each op began. */
  #begins(port: Port): Float64Array {
    const { buffer } = this.#memory;
    return new Float64Array(buffer, this.#times, recordCount(new Int32Array(buffer, this.#ops, port.words)));
  }

  #run(input: PortValues, port: Port, times: number): Promise<boolean> {
    const channels = channelsOf(this.#input);
    copyPixels(input, channels, this.#values(this.#input), this.#input.stride, channels);
    return this.hasAssistants ? this.#lead(port, times) : this.#runAlone(port, times);
  }

  /** Whether the run went on to its end. */
  async #runAlone(port: Port, times: number): Promise<boolean> {
    const { run_chunk } = this.#exports as unknown as AloneExports;
    const words = new Int32Array(this.#memory.buffer, this.#ops, port.words);
    const begins = times ? this.#begins(port) : undefined;
    for (let at = 0, op = 0; at < words.length; at += words[at + 1], op++) {
      if (begins) begins[op] = now();
      for (let chunk = 0; chunk < words[at + 2]; chunk++) {
        run_chunk(this.#ops + at * 4, chunk, this.#arena, this.#weights, this.#arena);
        const goesOn = this.#goesOn();
        if (goesOn !== true && !(await goesOn)) return false;
      }
    }
    return true;
  }

  async #lead(port: Port, times: number): Promise<boolean> {
    const { begin_run, lead_chunk, end_run, stop_run } = this.#exports as unknown as TeamExports;
    const words = new Int32Array(this.#memory.buffer, this.#ops, port.words);
    const addresses: LeadAddresses = [this.#arena, this.#weights, this.#arena, CONTROL];
    let chunks = begin_run(this.#ops, this.#ops + port.words * 4, times, CONTROL);
    let stopped = false;
    for (let at = 0, op = 0; at < words.length; at += words[at + 1], op++) {
      while (lead_chunk(this.#ops + at * 4, op, chunks, ...addresses)) {
        const goesOn = stopped || this.#goesOn();
        if (goesOn === true || (await goesOn)) continue;
        stopped = true;
        stop_run(CONTROL);
      }
      chunks = (chunks + words[at + 2]) | 0;
    }
    end_run(chunks, CONTROL);
    return !stopped;
  }

  /** The values of a port where they lie, gaps between pixels included. */
  #values({ offset, shape, stride, type }: Port): PortValues {
    const pixels = elementCount(shape) / channelsOf({ shape });
    const length = (pixels - 1) * stride + channelsOf({ shape });
    return new PORT_ARRAYS[type](this.#memory.buffer, this.#arena + offset, length);
  }

  /** A copy of the arena. */
  readMemory(): Uint8Array {
    return new Uint8Array(this.#memory.buffer).slice(this.#arena, this.#end);
  }

  /** Overwrites the arena. */
  writeMemory(bytes: Uint8Array): void {
    new Uint8Array(this.#memory.buffer).set(bytes, this.#arena);
  }
}
