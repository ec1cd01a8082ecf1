/** A Program inside a WebAssembly instance. Knows neither Node nor the browser: every worker wraps it. */

import { newMemory } from '../base/web_assembly';
import type { TensorValues } from '../graph/graph';
import { alignUp } from '../ops/layout';
import { CACHE_LINE } from '../program/constants';
import { type ArenaValues, arenaValues, lastWord, readPort, writePort } from '../program/port';
import type { Port, Program } from '../program/program';
import { TEAM_BYTES } from '../program/team';
import { checkThreads } from './engine';

const PAGE_BYTES = 65536;
/** Addresses below are never used, so that no tensor has the address 0. */
const CONTROL = CACHE_LINE;

/** Exports of the module for one thread. */
interface AloneExports {
  run_chunk(at: number, chunk: number, arena: number, weights: number, scratch: number): void;
}

type LeadAddresses = [arena: number, weights: number, scratch: number, control: number];

/** Exports of the module whose threads share memory: see assembly/execute_team.ts. */
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

/** Milliseconds since an epoch that all threads share. */
function now(): number {
  return performance.timeOrigin + performance.now();
}

function recordCount(ops: Int32Array): number {
  let count = 0;
  for (let at = 0; at < ops.length; at += ops[at + 1]) count++;
  return count;
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
    this.#ops = CONTROL + TEAM_BYTES;
    this.#times = alignUp(this.#ops + program.ops.byteLength, CACHE_LINE);
    // A record is longer than a time.
    this.#weights = alignUp(this.#times + program.ops.byteLength, CACHE_LINE);
    this.#arena = alignUp(this.#weights + program.weights.byteLength, CACHE_LINE);
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
   * Writes dense `input` to the input port, runs the ops that `ports` need, resolves to a dense copy of the values of each; to
   * undefined if the run did not go on to its end. Runs must not overlap.
   */
  async run(input: TensorValues, ports: readonly Port[]): Promise<TensorValues[] | undefined> {
    if (!(await this.#run(input, lastWord(ports), 0))) return undefined;
    return ports.map((port) => readPort(this.#values(port), port));
  }

  /** Runs like `run`; resolves to the milliseconds that each op took instead. */
  async profile(input: TensorValues, ports: readonly Port[]): Promise<Float64Array | undefined> {
    const words = lastWord(ports);
    if (!(await this.#run(input, words, this.#times))) return undefined;
    const end = now();
    const begins = this.#begins(words);
    return begins.map((begin, op) => (begins[op + 1] ?? end) - begin);
  }

  /** When each op began. */
  #begins(words: number): Float64Array {
    const { buffer } = this.#memory;
    return new Float64Array(buffer, this.#times, recordCount(new Int32Array(buffer, this.#ops, words)));
  }

  #run(input: TensorValues, words: number, times: number): Promise<boolean> {
    writePort(input, this.#values(this.#input), this.#input);
    const ops = new Int32Array(this.#memory.buffer, this.#ops, words);
    return this.hasAssistants ? this.#lead(ops, times) : this.#runAlone(ops, times);
  }

  /** Whether the run went on to its end. */
  async #runAlone(words: Int32Array, times: number): Promise<boolean> {
    const { run_chunk } = this.#exports as unknown as AloneExports;
    const begins = times ? this.#begins(words.length) : undefined;
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

  async #lead(words: Int32Array, times: number): Promise<boolean> {
    const { begin_run, lead_chunk, end_run, stop_run } = this.#exports as unknown as TeamExports;
    const addresses: LeadAddresses = [this.#arena, this.#weights, this.#arena, CONTROL];
    let chunks = begin_run(this.#ops, this.#ops + words.length * 4, times, CONTROL);
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
  #values(port: Port): ArenaValues {
    return arenaValues(this.#memory.buffer, this.#arena, port);
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
