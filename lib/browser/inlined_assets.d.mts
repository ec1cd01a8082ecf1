/** Made by scripts/build_browser.mjs. */

/** The text of host.mjs. */
export const HOST_SCRIPT: string;
/** Base64 of the WebAssembly builds. */
export const WASM_BASE64: { simd128: string; 'relaxed-simd': string };
