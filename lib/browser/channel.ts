/** From the page to a ModelHost: in a worker, or beside the page's own code. */
import { onAbort } from '../abort';
import { abortError, MobileNetEdgeError, throwIfAborted } from '../errors';
import type { AnswerOptions, ModelHost } from './model_host';
import { type FromWorker, type HostRequest, type ToWorker, WORKER_NAME } from './protocol';

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
export function workerName(): string {
  return `${WORKER_NAME} ${++workers} ${Date.now().toString(36)} ${Math.random().toString(36).slice(2)}`;
}

export class WorkerChannel implements Channel {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  readonly #watch = new AbortController();
  #requests = 0;
  #answered = false;
  #failure: MobileNetEdgeError | undefined;

  /** `name` is that of the worker. */
  constructor(worker: Worker, name: string) {
    this.#worker = worker;
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#receive(data, name);
    worker.onmessageerror = () => this.#fail('A message of the worker could not be read');
    worker.onerror = (event) => {
      event.preventDefault();
      if (this.#answered) this.#fail(`The worker failed (${event.message})`);
      else
        this.#fail(
          `The worker's script could not be run${event.message ? ` (${event.message})` : ''}: check workerUrl and the page's Content-Security-Policy (worker-src), or use thread 'main'`,
          'BACKEND_UNAVAILABLE',
        );
    };
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
    this.#watch.abort();
    this.#worker.terminate();
    const closed = new MobileNetEdgeError('MODEL_CLOSED', 'This model was closed; load it again to use it');
    this.#failure ??= closed;
    for (const { reject } of this.#pending.values()) reject(closed);
  }

  #post(message: ToWorker, transfer: Transferable[] = []): void {
    try {
      this.#worker.postMessage(message, transfer);
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

  #receive(message: FromWorker, name: string): void {
    if (!this.#answered) this.#watchFor(name);
    this.#answered = true;
    const pending = this.#pending.get(message.id);
    if (!pending) return;
    if ('progress' in message) pending.onProgress?.(...message.progress);
    else if ('error' in message) {
      const { code, message: text, cause } = message.error;
      pending.reject(new MobileNetEdgeError(code, text, { cause }));
    } else pending.resolve(message.value);
  }

  /** The worker holds the lock from before its first answer to its end. */
  #watchFor(name: string): void {
    navigator.locks
      ?.request(name, { signal: this.#watch.signal }, () => this.#fail('The worker stopped'))
      .catch(() => undefined);
  }

  #fail(problem: string, code: 'INTERNAL' | 'BACKEND_UNAVAILABLE' = 'INTERNAL'): void {
    const advice = code === 'INTERNAL' ? ': load the model again' : '';
    this.#failure ??= new MobileNetEdgeError(code, problem + advice);
    this.#watch.abort();
    this.#worker.terminate();
    for (const { reject } of this.#pending.values()) reject(this.#failure);
  }
}
