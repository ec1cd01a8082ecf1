/** The WebAssembly engine on Node: every session has a worker thread of its own. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { MobileNetEdgeError } from '../errors';
import { packageRoot } from '../package_root';
import type { Port, PortValues, Program } from '../program/program';
import type { Engine, EngineOptions, Session } from './engine';
import { WASM_GEOMETRY } from './wasm_geometry';
import { chooseBuild } from './wasm_isa';
import type { WasmReply, WasmRequest } from './wasm_protocol';

/** Loads the engine. Throws BACKEND_UNAVAILABLE where WebAssembly SIMD or the requested instruction set is missing. */
export async function loadWasmEngine(options: EngineOptions = {}): Promise<Engine> {
  const { isa, module } = await chooseBuild(options.isa);
  return {
    backend: 'wasm',
    isa,
    geometry: WASM_GEOMETRY,
    defaultThreads: 1,
    maxThreads: 1,
    load: (program) => WasmSession.load(module, program),
  };
}

interface Pending {
  resolve(value: PortValues | undefined): void;
  reject(error: Error): void;
}

function startWorker(): Worker {
  const script = join(packageRoot(), 'dist', 'engines', 'wasm_worker.js');
  if (!existsSync(script)) {
    throw new MobileNetEdgeError('BACKEND_UNAVAILABLE', `Could not find ${script}: run \`npm run build:ts\``);
  }
  // Without the parent's flags: its loaders and hooks have no business in the worker.
  return new Worker(script, { name: 'mobilenet-edge', execArgv: [] });
}

/** A copy in a buffer of its own, which may be transferred. (A Buffer's own slice() does not copy.) */
function copyOf<Values extends PortValues>(values: Values): Values {
  return Uint8Array.prototype.slice.call(values) as Values;
}

class WasmSession implements Session {
  readonly #worker = startWorker();
  /** Requests without a reply, oldest first. The worker keeps the process alive only while there are any. */
  readonly #pending: Pending[] = [];
  /** Settles with the newest request; never rejects. */
  #last: Promise<unknown> = Promise.resolve();
  #failure: MobileNetEdgeError | undefined;
  #closed: Promise<void> | undefined;

  static async load(module: WebAssembly.Module, program: Program): Promise<Session> {
    const session = new WasmSession();
    const weights = copyOf(program.weights);
    try {
      await session.#request({ kind: 'load', module, program: { ...program, weights } }, weights.buffer);
    } catch (error) {
      await session.close();
      throw error;
    }
    return session;
  }

  private constructor() {
    this.#worker.on('message', (reply: WasmReply) => this.#settle(reply));
    this.#worker.on('error', (cause) => this.#fail('The wasm worker crashed', cause));
    this.#worker.on('exit', (status) => this.#fail(`The wasm worker exited with status ${status}`));
    this.#worker.unref();
  }

  async run(input: PortValues, port: Port): Promise<PortValues> {
    const copy = copyOf(input);
    return (await this.#request({ kind: 'run', input: copy, port }, copy.buffer))!;
  }

  async readMemory(): Promise<Uint8Array> {
    return (await this.#request({ kind: 'read_memory' })) as Uint8Array;
  }

  async writeMemory(bytes: Uint8Array): Promise<void> {
    await this.#request({ kind: 'write_memory', bytes });
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await this.#last;
    await this.#worker.terminate();
  }

  async #request(request: WasmRequest, transfer?: ArrayBufferLike): Promise<PortValues | undefined> {
    if (this.#closed) throw new MobileNetEdgeError('MODEL_CLOSED', 'The session is closed: load the model again');
    if (this.#failure) throw this.#failure;
    const answer = new Promise<PortValues | undefined>((resolve, reject) => {
      this.#worker.postMessage(request, transfer instanceof ArrayBuffer ? [transfer] : []);
      this.#pending.push({ resolve, reject });
      this.#worker.ref();
    });
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  #settle(reply: WasmReply): void {
    const { resolve, reject } = this.#pending.shift()!;
    if (this.#pending.length === 0) this.#worker.unref();
    if ('value' in reply) resolve(reply.value);
    else reject(new MobileNetEdgeError(reply.error.code, reply.error.message, { cause: reply.error.cause }));
  }

  #fail(message: string, cause?: unknown): void {
    this.#failure ??= new MobileNetEdgeError('INTERNAL', `${message}: load the model again`, { cause });
    for (const { reject } of this.#pending.splice(0)) reject(this.#failure);
  }
}
