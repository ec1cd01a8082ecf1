/** WebAssembly where it may be missing or get no memory. Knows neither Node nor the browser. */
import { messageOf } from './bytes';
import { MobileNetEdgeError } from './errors';

/** Throws BACKEND_UNAVAILABLE where WebAssembly is switched off. */
export function requireWebAssembly(): void {
  if (typeof WebAssembly !== 'undefined') return;
  throw new MobileNetEdgeError(
    'BACKEND_UNAVAILABLE',
    'Expected WebAssembly but it is switched off here, as by `node --jitless` or the Lockdown Mode of a browser: allow it, or use the native backend of Node',
  );
}

/** Memory of so many pages of 64 KB, which does not grow. Throws OUT_OF_MEMORY. */
export function newMemory(pages: number, shared: boolean): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared });
  } catch (cause) {
    throw refusedMemory(`${pages * 64} KB of WebAssembly memory`, cause);
  }
}

/** For what WebAssembly throws where it gets no memory. */
export function refusedMemory(what: string, cause: unknown): MobileNetEdgeError {
  return new MobileNetEdgeError(
    'OUT_OF_MEMORY',
    `Could not allocate ${what} (${messageOf(cause)}): use a smaller model or close others; where addresses are limited (ulimit -v), start Node with --disable-wasm-trap-handler, because each memory takes 10 GB of them otherwise`,
    { cause },
  );
}
