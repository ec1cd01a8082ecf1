/** What native.ts and wasm.ts have in common: an Engine loads Programs, a Session runs one. */
import type { Geometry, Port, PortValues, Program } from '../program/program';

export type Backend = 'native' | 'wasm';

/** The instruction sets that MOBILENET_EDGE_ISA and the option `isa` may name, of either engine. */
export const NATIVE_ISAS: readonly string[] = ['scalar', 'avx2', 'neon', 'neondot'];
export const WASM_ISAS: readonly string[] = ['simd128', 'relaxed-simd'];

export interface EngineOptions {
  /** Forces an instruction set; default: the environment variable MOBILENET_EDGE_ISA, else the best one here. */
  isa?: string;
}

export interface Engine {
  readonly backend: Backend;
  /** The instruction set chosen at run time: 'scalar', 'avx2', ...; 'simd128' or 'relaxed-simd' for wasm. */
  readonly isa: string;
  readonly geometry: Geometry;
  /** Copies the program into the engine's own memory. Throws OUT_OF_MEMORY. */
  load(program: Program): Promise<Session>;
}

export interface Session {
  /**
   * Copies `input` (values of the program's input port, dense NHWC) into the arena, runs the ops that `port`
   * needs, and returns a dense copy of the port's values. Runs off the main thread. Calls must not overlap.
   */
  run(input: PortValues, port: Port): Promise<PortValues>;
  /** Frees the memory; a run in progress ends first. Idempotent. */
  close(): Promise<void>;
  /** For tests: a copy of the arena followed by the scratch. */
  readMemory(): Promise<Uint8Array>;
  /** For tests: overwrites the arena and the scratch. */
  writeMemory(bytes: Uint8Array): Promise<void>;
}
