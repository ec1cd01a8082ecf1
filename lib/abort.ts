import { MobileNetEdgeError } from './errors';

const callbacks = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls back when the signal fires; returns what takes that back. However many calls share a signal, it gets one
 * listener, so that a large batch is no suspected leak.
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  let waiting = callbacks.get(signal);
  if (!waiting) {
    const created = new Set<() => void>();
    callbacks.set(signal, created);
    const callAll = (): void => {
      for (const call of created) call();
    };
    signal.addEventListener('abort', callAll, { once: true });
    waiting = created;
  }
  const all = waiting;
  all.add(callback);
  return () => all.delete(callback);
}

/** Throws INVALID_ARGUMENT unless `signal` is an AbortSignal or absent. */
export function checkSignal(signal: unknown): void {
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new MobileNetEdgeError(
      'INVALID_ARGUMENT',
      `Expected signal to be an AbortSignal but received ${String(signal)}`,
    );
  }
}
