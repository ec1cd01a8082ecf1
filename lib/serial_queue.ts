import { onAbort } from './abort';
import { abortError, throwIfAborted } from './errors';

/** Runs tasks one after the other, in the order in which they came. */
export class SerialQueue {
  #tail: Promise<unknown> = Promise.resolve();

  /** Resolves with the task's result. A signal that fires before the task's turn rejects at once and the task never runs. */
  run<T>(task: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const turn = this.#tail.then(() => {
      throwIfAborted(signal);
      return task();
    });
    this.#tail = turn.catch(() => {});
    if (!signal) return turn;
    return new Promise((resolve, reject) => {
      const forget = onAbort(signal, () => reject(abortError(signal)));
      if (signal.aborted) reject(abortError(signal));
      turn.then(resolve, reject).finally(forget);
    });
  }

  /** Resolves when everything that was queued so far has ended. */
  idle(): Promise<void> {
    return this.#tail.then(() => {});
  }
}
