/** From the page to a ModelHost: in a worker, or beside the page's own code. */
import { onAbort } from '../base/abort';
import { abortError, MobileNetEdgeError, throwIfAborted } from '../base/errors';
import type { AnswerOptions, ModelHost } from './model_host';
import { type FromWorker, type HostAnswer, type HostRequest, type ToWorker, WORKER_NAME } from './protocol';

export interface Channel {
  request(request: HostRequest, transfer: Transferable[], options: AnswerOptions): Promise<unknown>;
  close(): void;
}

export function directChannel(host: ModelHost): Channel {
  return { request: (request, _, options) => host.answer(request, options), close: () => host.close() };
}

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
  onProgress: AnswerOptions['onProgress'];
}

let workers = 0;

/** A name that no other worker of this origin has: a lock of this name tells whether the worker lives. */
function workerName(): string {
  return `${WORKER_NAME} ${++workers} ${Date.now().toString(36)} ${Math.random().toString(36).slice(2)}`;
}

function scriptProblem(message: string | undefined): string {
  const isolation = crossOriginIsolated
    ? ', and that it is served with Cross-Origin-Embedder-Policy as this page is'
    : '';
  return `The worker's script could not be run${message ? ` (${message})` : ''}: check workerUrl and the page's Content-Security-Policy (worker-src)${isolation}, or use thread 'main'`;
}

/** Starts a worker of that name that runs host.mts. Throws BACKEND_UNAVAILABLE or INVALID_ARGUMENT. */
export type StartWorker = (name: string) => Worker;

/** A worker hosts the model and has this page start others that assist it. If one dies, all are ended. */
export class WorkerChannel implements Channel {
  readonly #start: StartWorker;
  readonly #host: Worker;
  readonly #workers: Worker[] = [];
  readonly #pending = new Map<number, Pending>();
  readonly #watch = new AbortController();
  #requests = 0;
  #failure: MobileNetEdgeError | undefined;

  constructor(start: StartWorker) {
    this.#start = start;
    this.#host = this.#startWorker();
  }

  async request(request: HostRequest, transfer: Transferable[], options: AnswerOptions): Promise<unknown> {
    const { signal, onProgress } = options;
    throwIfAborted(signal);
    if (this.#failure) throw this.#failure;
    const id = ++this.#requests;
    const answer = new Promise<unknown>((resolve, reject) => this.#pending.set(id, { resolve, reject, onProgress }));
    const forget = signal && onAbort(signal, () => this.#abort(id, signal));
    try {
      this.#post({ id, request }, transfer);
      return await answer;
    } finally {
      forget?.();
      this.#pending.delete(id);
    }
  }

  close(): void {
    this.#end(new MobileNetEdgeError('MODEL_CLOSED', 'This model was closed; load it again to use it'));
  }

  #startWorker(): Worker {
    const name = workerName();
    const worker = this.#start(name);
    this.#workers.push(worker);
    let alive = false;
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if ('alive' in data) {
        alive = true;
        this.#watchFor(name);
      } else if ('assistants' in data) this.#startAssistants(data.assistants);
      else this.#receive(data);
    };
    worker.onmessageerror = () => this.#fail('A message of the worker could not be read');
    worker.onerror = (event) => {
      event.preventDefault();
      if (alive) this.#fail(`The worker failed (${event.message})`);
      else this.#fail(scriptProblem(event.message), 'BACKEND_UNAVAILABLE');
    };
    return worker;
  }

  #startAssistants(ports: MessagePort[]): void {
    if (this.#failure) return;
    try {
      for (const assist of ports) this.#startWorker().postMessage({ assist } satisfies ToWorker, [assist]);
    } catch (error) {
      this.#end(error as MobileNetEdgeError);
    }
  }

  #post(message: ToWorker, transfer: Transferable[] = []): void {
    try {
      this.#host.postMessage(message, transfer);
    } catch (cause) {
      throw new MobileNetEdgeError(
        'INVALID_ARGUMENT',
        `Expected arguments that can be sent to a worker but received others (${(cause as Error).message})`,
        { cause },
      );
    }
  }

  #abort(id: number, signal: AbortSignal): void {
    this.#pending.get(id)?.reject(abortError(signal));
    this.#post({ abort: id });
  }

  #receive(message: HostAnswer): void {
    const pending = this.#pending.get(message.id);
    if (!pending) return;
    if ('progress' in message) pending.onProgress?.(...message.progress);
    else if ('error' in message) {
      const { code, message: text, cause } = message.error;
      pending.reject(new MobileNetEdgeError(code, text, { cause }));
    } else pending.resolve(message.value);
  }

  /** A worker that is alive holds the lock until its end. */
  #watchFor(name: string): void {
    navigator.locks
      ?.request(name, { signal: this.#watch.signal }, () => this.#fail('A worker of the model stopped'))
      .catch(() => undefined);
  }

  #fail(problem: string, code: 'INTERNAL' | 'BACKEND_UNAVAILABLE' = 'INTERNAL'): void {
    const advice = code === 'INTERNAL' ? ': load the model again' : '';
    this.#end(new MobileNetEdgeError(code, problem + advice));
  }

  /** Rejects all pending and all later requests with the first failure. */
  #end(reason: MobileNetEdgeError): void {
    this.#failure ??= reason;
    this.#watch.abort();
    for (const worker of this.#workers) worker.terminate();
    for (const { reject } of this.#pending.values()) reject(this.#failure);
  }
}
