import { invalidArgument } from './expect';

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

/** Throws INVALID_ARGUMENT unless `signal` is absent or has what we use of an AbortSignal: other realms and polyfills have their own. */
export function checkSignal(signal: unknown): void {
  if (signal === undefined) return;
  const { aborted, addEventListener } = Object(signal) as Partial<AbortSignal>;
  if (typeof aborted !== 'boolean' || typeof addEventListener !== 'function') {
    throw invalidArgument('signal to be an AbortSignal', signal);
  }
}
