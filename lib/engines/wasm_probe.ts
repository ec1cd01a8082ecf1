/** The WebAssembly builds, and what tells which one runs here. Knows neither Node nor the browser. */
import { newMemory } from '../base/web_assembly';

/** Best first. */
export const WASM_BUILDS = ['relaxed-simd', 'simd128'] as const;
export type WasmIsa = (typeof WASM_BUILDS)[number];

/** Each build has a module that runs on one thread, and one that shares its memory with others. */
export type WasmModuleName = WasmIsa | `${WasmIsa}.threads`;
export const WASM_MODULES: readonly WasmModuleName[] = WASM_BUILDS.flatMap((isa) => [isa, `${isa}.threads`] as const);

/** Without a fused multiply-add relaxed SIMD gains nothing, and early implementations got it wrong. @internal */
export function fusesMultiplyAdd(module: WebAssembly.Module, shared = false): boolean {
  const memory = newMemory(1, shared);
  new Float32Array(memory.buffer).set([1 + 2 ** -12, -(1 + 2 ** -11), 2, 3, 4]);
  const { exports } = new WebAssembly.Instance(module, { env: { memory, now: () => 0 } });
  return (exports.fuses_multiply_add as (values: number) => number)(0) === 1;
}

export function isWasmIsa(name: string | undefined): name is WasmIsa {
  return (WASM_BUILDS as readonly (string | undefined)[]).includes(name);
}
