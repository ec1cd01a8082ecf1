/**
 * Phases of load(): readers, passes, compilation. A phase is written once, as a generator that yields whenever its Budget
 * says that a turn is over, and runs either at once or in turns, between which messages, timers and signals are heard.
 */
import { throwIfAborted } from './errors';
import { nextTask } from './next_task';

export type Phase<Result> = Generator<void, Result, void>;

/** Runs a phase without a pause. */
export function finish<Result>(phase: Phase<Result>): Result {
  for (;;) {
    const { done, value } = phase.next();
    if (done) return value;
  }
}

/** Runs a phase; rejects with ABORTED at the next turn once the signal has fired. */
export async function inTurns<Result>(phase: Phase<Result>, signal?: AbortSignal): Promise<Result> {
  for (;;) {
    throwIfAborted(signal);
    const { done, value } = phase.next();
    if (done) return value;
    await nextTask();
  }
}
