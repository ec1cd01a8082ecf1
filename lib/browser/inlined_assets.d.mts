/** Made by scripts/build_browser.mjs. */
import type { WasmModuleName } from '../engines/wasm_probe.js';

/** The text of host.mjs. */
export const HOST_SCRIPT: string;
/** The WebAssembly modules one after the other, compressed, in base64; and the bytes of each, in that order. */
export const WASM_ARCHIVE: { sizes: Record<WasmModuleName, number>; gzip: string };
