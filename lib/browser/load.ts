/** load() of every browser entry; entries differ in where the worker's script and the WebAssembly builds are. */

import { isUrl, tagOf } from '../base/bytes';
import { MobileNetEdgeError, throwIfAborted } from '../base/errors';
import { WASM_MODULES } from '../engines/wasm_probe';
import { type CommonLoadOptions, checkLoadOptions } from '../model/assemble_model';
import type { ModelInfo } from '../model/model';
import { absoluteUrl } from './absolute_url';
import { type Channel, directChannel, WorkerChannel } from './channel';
import { type Model, RemoteModel } from './model';
import type { ModelHost } from './model_host';
import type { ByteProgress, HostOptions, WasmFiles } from './protocol';
import { type ModelSource, sendableModel } from './send_model';

export interface LoadOptions extends CommonLoadOptions {
  /** 'auto' and 'wasm' mean the same in a browser; 'native' is refused. */
  backend?: 'auto' | 'native' | 'wasm';
  /** Forces an instruction set: 'simd128' or 'relaxed-simd'; default: the best one here. */
  isa?: string;
  /**
   * An upper bound on threads, 1 to 64; default: half of the processors, 2 at least if there are, 4 at most. More than one
   * are used on pages that are cross-origin isolated, for models in a worker; `info.threads` tells how many.
   */
  threads?: number;
  /**
   * Class names: an array, or the URL of a text file of one name per line; default: those inside the model, of a tfjs model those in
   * the metadata.json beside it, and those of a text file that is picked together with a `.tflite` file.
   */
  labels?: readonly string[] | string | URL;
  /** Where everything is computed. 'worker', unless given: the page never waits. 'main' is for pages without workers. */
  thread?: 'worker' | 'main';
  /** Keeps fetched model files in the browser's Cache, under this name or 'mobilenet-edge', and never asks for them again. */
  cache?: boolean | string;
  /** The folder that serves mobilenet_edge.simd128.wasm and the others of this package's dist/wasm. */
  wasmUrl?: string | URL;
  /**
   * The WebAssembly modules themselves, as bytes or compiled, by instruction set: 'simd128', 'simd128.threads' and so on, any
   * of them. Edge runtimes (Cloudflare Workers), which compile nothing at run time, import them as a WebAssembly.Module.
   */
  wasmBinary?: WasmFiles;
  /** The script of the worker: a copy of this package's dist/browser/host.mjs. */
  workerUrl?: string | URL;
  /** Called with 0 to 1 as the model is read and compiled, and with the bytes that have arrived. */
  onProgress?: (fraction: number, bytes?: ByteProgress) => void;
}

const LOAD_OPTIONS = [
  'backend',
  'isa',
  'labels',
  'thread',
  'cache',
  'wasmUrl',
  'wasmBinary',
  'workerUrl',
] as const satisfies (keyof LoadOptions)[];

/** What an entry brings. @internal */
export interface Assets {
  wasm(): WasmFiles | Promise<WasmFiles>;
  startWorker(options: WorkerOptions): Worker;
  importHost(): Promise<{ ModelHost: typeof ModelHost }>;
}

export type Load = (source: ModelSource, options?: LoadOptions) => Promise<Model>;

/** @internal */
export function makeLoad(assets: Assets): Load {
  return async (source, options = {}) => {
    checkOptions(options);
    const { signal, onProgress } = options;
    throwIfAborted(signal);
    const model = await sendableModel(source);
    const wasm = await wasmFiles(options, assets);
    const channel = await openChannel(options, assets);
    try {
      const request = { kind: 'load', model, options: hostOptions(options), wasm } as const;
      const info = (await channel.request(request, [], { signal, onProgress })) as ModelInfo;
      return new RemoteModel(info, channel, options.maxQueue);
    } catch (error) {
      channel.close();
      throw error;
    }
  };
}

function invalid(message: string, cause?: unknown): MobileNetEdgeError {
  return new MobileNetEdgeError('INVALID_ARGUMENT', message, { cause });
}

function checkOptions(options: LoadOptions): void {
  checkLoadOptions(options, LOAD_OPTIONS);
  const { backend = 'auto', thread = 'worker', cache } = options;
  if (backend === 'native') {
    throw new MobileNetEdgeError('BACKEND_UNAVAILABLE', "There is no native engine in a browser: use backend 'auto'");
  }
  if (backend !== 'auto' && backend !== 'wasm') {
    throw invalid(`Expected backend to be 'auto' or 'wasm' in a browser but received ${String(backend)}`);
  }
  if (thread !== 'worker' && thread !== 'main') {
    throw invalid(`Expected thread to be 'worker' or 'main' but received ${String(thread)}`);
  }
  if (cache !== undefined && typeof cache !== 'boolean' && typeof cache !== 'string') {
    throw invalid(`Expected cache to be true, false or a name but received ${String(cache)}`);
  }
}

function hostOptions({
  isa,
  threads,
  precision,
  preprocess,
  limits,
  labels,
  labelsLocale,
  cache,
}: LoadOptions): HostOptions {
  const areAtUrl = typeof labels === 'string' || isUrl(labels);
  const problem = (cause: unknown) =>
    new MobileNetEdgeError('LABELS_INVALID', `Expected the URL of a text file but received ${labels}`, { cause });
  return {
    isa,
    threads,
    precision,
    preprocess: plain(preprocess),
    limits: plain(limits),
    labels: areAtUrl ? absoluteUrl(labels, problem) : plain(labels),
    labelsLocale,
    cache: cache === true ? 'mobilenet-edge' : cache || undefined,
  };
}

/** State libraries (Vue's ref()) wrap objects in Proxies, which cannot be sent. Options are not nested any deeper. */
function plain<T>(value: T, depth = 3): T {
  if (depth === 0) return value;
  if (Array.isArray(value)) return value.map((element) => plain(element, depth - 1)) as T;
  if (tagOf(value) !== '[object Object]') return value;
  const copies = Object.entries(value as object).map(([key, element]) => [key, plain(element, depth - 1)]);
  return Object.fromEntries(copies) as T;
}

function wasmFiles({ wasmBinary, wasmUrl }: LoadOptions, assets: Assets): WasmFiles | Promise<WasmFiles> {
  if (wasmBinary) return wasmBinary;
  if (wasmUrl === undefined) return assets.wasm();
  const problem = (cause: unknown) => invalid(`Expected the URL of a folder as wasmUrl but received ${wasmUrl}`, cause);
  const folder = absoluteUrl(wasmUrl, problem).replace(/\/?$/, '/');
  return Object.fromEntries(WASM_MODULES.map((name) => [name, `${folder}mobilenet_edge.${name}.wasm`]));
}

async function openChannel({ thread, workerUrl }: LoadOptions, assets: Assets): Promise<Channel> {
  if (thread === 'main') return directChannel(new (await assets.importHost()).ModelHost());
  return new WorkerChannel((name) => {
    const options: WorkerOptions = { type: 'module', name };
    try {
      return workerUrl === undefined ? assets.startWorker(options) : startWorkerAt(workerUrl, options);
    } catch (cause) {
      if (cause instanceof MobileNetEdgeError) throw cause;
      throw new MobileNetEdgeError(
        'BACKEND_UNAVAILABLE',
        `The worker could not be started (${(cause as Error).message}): give workerUrl, or use thread 'main'`,
        { cause },
      );
    }
  });
}

function startWorkerAt(workerUrl: string | URL, options: WorkerOptions): Worker {
  const url = absoluteUrl(workerUrl, (cause) =>
    invalid(`Expected a URL as workerUrl but received ${workerUrl}`, cause),
  );
  return startWorker(url, options);
}

/** Starts a worker from any origin: browsers take scripts of the page's own only, but those may import others. @internal */
export function startWorker(url: string, options: WorkerOptions): Worker {
  const { origin, protocol } = new URL(url);
  if (origin === globalThis.location?.origin || protocol === 'blob:' || protocol === 'data:')
    return new Worker(url, options);
  const script = URL.createObjectURL(new Blob([`import ${JSON.stringify(url)};`], { type: 'text/javascript' }));
  try {
    return new Worker(script, options);
  } finally {
    // The worker has its own hold on the script once it is constructed, but browsers fetch it a moment later.
    setTimeout(() => URL.revokeObjectURL(script), 10_000);
  }
}
