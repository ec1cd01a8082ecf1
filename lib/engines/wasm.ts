/** The WebAssembly engine on Node: every session has worker threads of its own, one that leads and others that assist. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  MessageChannel,
  type MessagePort,
  type TransferListItem,
  Worker,
  type WorkerOptions,
} from 'node:worker_threads';
import { transferableBuffers, typedArrayKind } from '../bytes';
import { MobileNetEdgeError } from '../errors';
import { packageRoot } from '../package_root';
import { PORT_ARRAYS, type Port, type PortValues, type Program } from '../program/program';
import { type Engine, type EngineOptions, MAX_THREADS, type Session } from './engine';
import { defaultThreads } from './threads';
import { WASM_GEOMETRY } from './wasm_geometry';
import { chooseBuild, threadsModule } from './wasm_isa';
import type { WasmReply, WasmRequest, WasmValue } from './wasm_protocol';

/** Loads the engine. Throws BACKEND_UNAVAILABLE where WebAssembly SIMD or the requested instruction set is missing. */
export async function loadWasmEngine(options: EngineOptions = {}): Promise<Engine> {
  const { isa, module } = await chooseBuild(options.isa);
  return {
    backend: 'wasm',
    isa,
    geometry: WASM_GEOMETRY,
    get defaultThreads() {
      return defaultThreads();
    },
    maxThreads: MAX_THREADS,
    load: async (program: Program, threads = 1) =>
      WasmSession.load(threads > 1 ? await threadsModule(isa) : module, program, threads),
  };
}

interface Pending {
  resolve(value: WasmValue): void;
  reject(error: Error): void;
}

function startWorker(file: 'wasm_worker.js' | 'wasm_assistant.js', options: WorkerOptions = {}): Worker {
  const script = join(packageRoot(), 'dist', 'engines', file);
  if (!existsSync(script)) {
    throw new MobileNetEdgeError('BACKEND_UNAVAILABLE', `Could not find ${script}: run \`npm run build:ts\``);
  }
  // Without the parent's flags: its loaders and hooks have no business in the worker.
  const worker = new Worker(script, { name: 'mobilenet-edge', execArgv: [], ...options });
  worker.unref();
  return worker;
}

/** A copy in a buffer of its own, which may be transferred. (A Buffer's own slice() does not copy.) */
function copyOf<Values extends PortValues>(values: Values): Values {
  return Uint8Array.prototype.slice.call(values) as Values;
}

class WasmSession implements Session {
  /** Keeps the process alive only while there are requests without a reply. */
  readonly #leader = startWorker('wasm_worker.js');
  readonly #assistants: Worker[] = [];
  /** Requests without a reply, oldest first. */
  readonly #pending: Pending[] = [];
  /** Settles with the newest request; never rejects. */
  #last: Promise<unknown> = Promise.resolve();
  /** The last run's copy of its input, for the next one's. */
  #spareInput: PortValues | undefined;
  #failure: MobileNetEdgeError | undefined;
  #closed: Promise<void> | undefined;

  static async load(module: WebAssembly.Module, program: Program, threads: number): Promise<Session> {
    const session = new WasmSession();
    const assistants = Array.from({ length: threads - 1 }, () => session.#addAssistant());
    const weights = copyOf(program.weights);
    const request: WasmRequest = { kind: 'load', module, program: { ...program, weights }, assistants };
    try {
      await session.#request(request, [...transferableBuffers(weights), ...assistants]);
    } catch (error) {
      await session.close();
      throw error;
    }
    return session;
  }

  private constructor() {
    this.#leader.on('message', (reply: WasmReply) => this.#settle(reply));
    this.#watch(this.#leader);
  }

  /** Starts a thread and returns the port through which the leader gives it its task. */
  #addAssistant(): MessagePort {
    const { port1, port2 } = new MessageChannel();
    const assistant = startWorker('wasm_assistant.js', { workerData: port2, transferList: [port2] });
    this.#assistants.push(assistant);
    this.#watch(assistant);
    return port1;
  }

  #watch(worker: Worker): void {
    worker.on('error', (cause) => this.#fail('A wasm worker crashed', cause));
    worker.on('exit', (status) => this.#fail(`A wasm worker exited with status ${status}`));
  }

  async run(input: PortValues, port: Port): Promise<PortValues> {
    return new PORT_ARRAYS[port.type](await this.#runOf('run', input, port));
  }

  async profile(input: PortValues, port: Port): Promise<Float64Array> {
    return new Float64Array(await this.#runOf('profile', input, port));
  }

  /** The buffer of the values: the array itself is of Node's main realm, whatever realm we are in. */
  async #runOf(kind: 'run' | 'profile', values: PortValues, port: Port): Promise<ArrayBuffer> {
    const input = this.#copyOfInput(values);
    const value = await this.#request({ kind, input, port }, transferableBuffers(input));
    return value!.buffer as ArrayBuffer;
  }

  #copyOfInput(input: PortValues): PortValues {
    const spare = this.#spareInput;
    this.#spareInput = undefined;
    if (spare?.length !== input.length || typedArrayKind(spare) !== typedArrayKind(input)) return copyOf(input);
    spare.set(input);
    return spare;
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
    await this.#terminate();
  }

  async #terminate(): Promise<void> {
    await Promise.all([this.#leader, ...this.#assistants].map((worker) => worker.terminate()));
  }

  async #request(request: WasmRequest, transfer: TransferListItem[] = []): Promise<WasmValue> {
    if (this.#closed) throw new MobileNetEdgeError('MODEL_CLOSED', 'The session is closed: load the model again');
    if (this.#failure) throw this.#failure;
    const answer = new Promise<WasmValue>((resolve, reject) => {
      this.#leader.postMessage(request, transfer);
      this.#pending.push({ resolve, reject });
      this.#leader.ref();
    });
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  #settle(reply: WasmReply): void {
    const { resolve, reject } = this.#pending.shift()!;
    if (this.#pending.length === 0) this.#leader.unref();
    if ('value' in reply) {
      this.#spareInput = reply.input;
      resolve(reply.value);
    } else reject(new MobileNetEdgeError(reply.error.code, reply.error.message, { cause: reply.error.cause }));
  }

  #fail(message: string, cause?: unknown): void {
    this.#failure ??= new MobileNetEdgeError('INTERNAL', `${message}: load the model again`, { cause });
    for (const { reject } of this.#pending.splice(0)) reject(this.#failure);
    // The others may wait for it.
    void this.#terminate();
  }
}
