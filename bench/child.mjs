/** The process of one contestant: obeys one command at a time, sleeps in between. Started by contestant_process.mjs. */

/** A turn ends after this time, whatever --runs says: a slow contestant need not make everybody's wait long. */
const TURN_MS = 1000;

const bareRss = process.memoryUsage.rss();
let contestant;

const answerOf = (output) => Float32Array.from(output, (value) => value - (contestant.outputOffset ?? 0));

const COMMANDS = {
  async open({ module, files, options }) {
    const { open } = await import(new URL(`contestants/${module}`, import.meta.url));
    contestant = await open({ files, options });
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
    const cpuStart = process.cpuUsage();
    const end = performance.now() + TURN_MS;
    do {
      const start = performance.now();
      output = await contestant.predict();
      times.push(performance.now() - start);
    } while (times.length < runs && performance.now() < end);
    const { user, system } = process.cpuUsage(cpuStart);
    return { times, cpuMs: (user + system) / 1000 / times.length, output: answerOf(output) };
  },

  /** Bytes resident, garbage collected, and those of Node before anything was loaded. */
  memory() {
    globalThis.gc();
    return { rss: process.memoryUsage.rss(), bareRss };
  },
};

process.on('message', async ({ command, args }) => {
  try {
    process.send({ value: await COMMANDS[command](args) });
  } catch (error) {
    process.send({ error: { message: error.message, code: error.code, stack: error.stack } });
  }
});
