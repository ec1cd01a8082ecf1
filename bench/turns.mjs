/** What a contestant does when it is told to, in a process or on a page of its own: one command at a time. */

/** A turn ends after this time, whatever --runs says: a slow contestant need not make everybody's wait long. */
const TURN_MS = 1000;

/**
 * The commands by name. `openContestant` gives what contestants' modules give; `cpuMs` tells the processor time that has
 * been used so far, all threads together, and is left out where nothing tells it.
 */
export function turnCommands(openContestant, cpuMs) {
  let contestant;
  const answerOf = (output) => Float32Array.from(output, (value) => value - (contestant.outputOffset ?? 0));

  return {
    async open(args) {
      contestant = await openContestant(args);
      return { details: contestant.details };
    },

    /** The answer to a picture, which stays the input of later runs. */
    async answer({ values, shape }) {
      contestant.setInput(values, shape);
      return answerOf(await contestant.predict());
    },

    /** V8 recompiles hot wasm and JavaScript in the background: all contestants get the same time for that. */
    async warmUp({ milliseconds }) {
      const end = performance.now() + milliseconds;
      do await contestant.predict();
      while (performance.now() < end);
    },

    /**
     * Timed runs after two that only bring weights and code back into the caches, with the last run's answer.
     * `cpuMs` is the processor time of a run on average, all threads together: more than the wall clock's time would
     * betray a second thread, less tells how long other work on the machine had the core.
     */
    async measure({ runs }) {
      await contestant.predict();
      await contestant.predict();
      const times = [];
      let output;
      const cpuStart = cpuMs?.();
      const end = performance.now() + TURN_MS;
      do {
        const start = performance.now();
        output = await contestant.predict();
        times.push(performance.now() - start);
      } while (times.length < runs && performance.now() < end);
      return { times, cpuMs: cpuMs && (cpuMs() - cpuStart) / times.length, output: answerOf(output) };
    },
  };
}

/** Runs a command; what comes back can be sent, errors and their codes too. */
export async function obey(commands, { command, args }) {
  try {
    return { value: await commands[command](args) };
  } catch (error) {
    return { error: { message: error.message, code: error.code, stack: error.stack } };
  }
}
