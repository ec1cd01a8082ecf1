/** What native.ts and wasm.ts have in common: an Engine loads Programs, a Session runs one. */

import { MobileNetEdgeError } from '../base/errors';
import type { TensorValues } from '../graph/graph';
import type { NewPacker } from '../ops/packer';
import type { Geometry, PackedWeights, Port, Program } from '../program/program';

export type Backend = 'native' | 'wasm';

/** The instruction sets of WebAssembly that MOBILENET_EDGE_ISA and the option `isa` may name, worst first; the native ones: isas.ts. */
export const WASM_ISAS: readonly string[] = ['simd128', 'relaxed-simd'];

export { MAX_THREADS } from '../program/constants';

export interface EngineOptions {
  /** Forces an instruction set; default: the environment variable MOBILENET_EDGE_ISA, else the best one here. */
  isa?: string;
}

export interface Engine {
  readonly backend: Backend;
  /** The instruction set chosen at run time: 'scalar', 'avx2', ...; 'simd128' or 'relaxed-simd' for wasm. */
  readonly isa: string;
  readonly geometry: Geometry;
  /** Default and maximum threads of a session. */
  readonly defaultThreads: number;
  readonly maxThreads: number;
  /** Packs into the engine's own memory; without it, weights are plain bytes. Throws OUT_OF_MEMORY. */
  readonly newPacker?: NewPacker<PackedWeights>;
  /**
   * Copies the program into the engine's own memory, where weights of its own packer are already, to run on up to `threads`
   * threads, by default one, and no more than it was compiled for. Throws OUT_OF_MEMORY.
   */
  load(program: Program<PackedWeights>, threads?: number): Promise<Session>;
}

export function sessionClosed(): MobileNetEdgeError {
  return new MobileNetEdgeError('MODEL_CLOSED', 'The session is closed: load the model again');
}

/** Throws INTERNAL if a program has no scratch for so many threads. */
export function checkThreads(program: Program<PackedWeights>, threads: number): void {
  if (threads <= program.threads) return;
  throw new MobileNetEdgeError('INTERNAL', `A program for ${program.threads} threads cannot run on ${threads}`);
}

export interface Session {
  /** Whether all are finite numbers, faster than JavaScript tells it. Absent where an engine cannot. */
  allFinite?(values: Float32Array): boolean;
  /**
   * Copies `input` (the input's own type, dense NHWC) into the arena, runs the ops that `ports` need, and returns a dense copy
   * of the values of each in its own type. Has read `input` when the call returns its promise; runs off the
   * main thread. Calls must not overlap. A signal that fires during the run ends it, within a chunk on each thread, and it
   * rejects with ABORTED; so does close(), with MODEL_CLOSED.
   */
  run(input: TensorValues, ports: readonly Port[], signal?: AbortSignal): Promise<TensorValues[]>;
  /** Runs like `run`; returns the milliseconds that each op took instead. */
  profile(input: TensorValues, ports: readonly Port[]): Promise<Float64Array>;
  /** Ends a run in progress and frees the memory. Idempotent. */
  close(): Promise<void>;
  /** For tests: a copy of the arena. */
  readMemory(): Promise<Uint8Array>;
  /** For tests: overwrites the arena. */
  writeMemory(bytes: Uint8Array): Promise<void>;
}
