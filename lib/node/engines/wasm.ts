/** The WebAssembly engine on Node: every session has worker threads of its own, one that leads and others that assist. */
import {
  MessageChannel,
  type MessagePort,
  type TransferListItem,
  type Worker,
  type WorkerOptions,
} from 'node:worker_threads';
import { onAbort } from '../../base/abort';
import { transferableBuffers, typedArrayKind } from '../../base/bytes';
import { abortError, MobileNetEdgeError, throwIfAborted } from '../../base/errors';
import { type Engine, type EngineOptions, MAX_THREADS, type Session, sessionClosed } from '../../engines/engine';
import { WASM_GEOMETRY } from '../../engines/wasm_geometry';
import type { TensorValues } from '../../graph/graph';
import { valuesIn } from '../../program/port';
import type { Port, Program } from '../../program/program';
import { startWasmAssistant, startWasmWorker } from '../package_files';
import { threadFailure } from '../threads';
import { defaultThreads } from './threads';
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

/** Without the parent's flags: its loaders and hooks have no business in the worker. */
const WORKER_OPTIONS: WorkerOptions = { name: 'mobilenet-edge', execArgv: [] };

function startWorker(task?: MessagePort): Worker {
  const worker = task
    ? startWasmAssistant({ ...WORKER_OPTIONS, workerData: task, transferList: [task] })
    : startWasmWorker(WORKER_OPTIONS);
  worker.unref();
  return worker;
}

/** A copy in a buffer of its own, which may be transferred. (A Buffer's own slice() does not copy.) */
function copyOf<Values extends TensorValues>(values: Values): Values {
  return Uint8Array.prototype.slice.call(values) as Values;
}

class WasmSession implements Session {
  /** Keeps the process alive only while there are requests without a reply. */
  readonly #leader = startWorker();
  readonly #assistants: Worker[] = [];
  /** Requests without a reply, oldest first. */
  readonly #pending: Pending[] = [];
  /** The number of the newest run, and of the one that is to end: the leader reads it after each chunk. */
  #runs = 0;
  readonly #stopped = new Int32Array(new SharedArrayBuffer(4));
  /** The last run's copy of its input, for the next one's. */
  #spareInput: TensorValues | undefined;
  #failure: MobileNetEdgeError | undefined;
  #closed: Promise<void> | undefined;

  static async load(module: WebAssembly.Module, program: Program, threads: number): Promise<Session> {
    const session = new WasmSession();
    try {
      const assistants = Array.from({ length: threads - 1 }, () => session.#addAssistant());
      const weights = copyOf(program.weights);
      const request: WasmRequest = {
        kind: 'load',
        module,
        program: { ...program, weights },
        assistants,
        stopped: session.#stopped,
      };
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
    const assistant = startWorker(port2);
    this.#assistants.push(assistant);
    this.#watch(assistant);
    return port1;
  }

  #watch(worker: Worker): void {
    worker.on('error', (cause) => this.#fail(cause));
    worker.on('exit', (status) => this.#fail(new Error(`exit code ${status}`)));
  }

  async run(input: TensorValues, ports: readonly Port[], signal?: AbortSignal): Promise<TensorValues[]> {
    throwIfAborted(signal);
    const running = this.#runOf('run', input, ports);
    const run = this.#runs;
    const forget = signal && onAbort(signal, () => Atomics.store(this.#stopped, 0, run));
    const values = (await running.finally(forget)) as TensorValues[] | undefined;
    if (values === undefined) throw abortError(signal!);
    // The arrays themselves are of Node's main realm, whatever realm we are in.
    return values.map(({ buffer }, i) => valuesIn(buffer as ArrayBuffer, ports[i]));
  }

  async profile(input: TensorValues, ports: readonly Port[]): Promise<Float64Array> {
    const times = (await this.#runOf('profile', input, ports)) as Float64Array;
    return new Float64Array(times.buffer);
  }

  /** Undefined if the run was stopped. */
  async #runOf(kind: 'run' | 'profile', values: TensorValues, ports: readonly Port[]): Promise<WasmValue> {
    const input = this.#copyOfInput(values);
    return this.#request({ kind, input, ports, run: ++this.#runs }, transferableBuffers(input));
  }

  #copyOfInput(input: TensorValues): TensorValues {
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
    this.#reject(sessionClosed());
    await this.#terminate();
  }

  async #terminate(): Promise<void> {
    await Promise.all([this.#leader, ...this.#assistants].map((worker) => worker.terminate()));
  }

  async #request(request: WasmRequest, transfer: TransferListItem[] = []): Promise<WasmValue> {
    if (this.#closed) throw sessionClosed();
    if (this.#failure) throw this.#failure;
    return new Promise<WasmValue>((resolve, reject) => {
      this.#leader.postMessage(request, transfer);
      this.#pending.push({ resolve, reject });
      this.#leader.ref();
    });
  }

  #settle(reply: WasmReply): void {
    const next = this.#pending.shift();
    // What was pending at close() has been answered.
    if (!next) return;
    const { resolve, reject } = next;
    if (this.#pending.length === 0) this.#leader.unref();
    if ('value' in reply) {
      this.#spareInput = reply.input;
      resolve(reply.value);
    } else reject(new MobileNetEdgeError(reply.error.code, reply.error.message, { cause: reply.error.cause }));
  }

  #reject(reason: MobileNetEdgeError): void {
    for (const { reject } of this.#pending.splice(0)) reject(reason);
  }

  #fail(cause: unknown): void {
    this.#failure ??= threadFailure('A thread of the wasm engine', cause);
    this.#reject(this.#failure);
    // The others may wait for it.
    void this.#terminate();
  }
}
