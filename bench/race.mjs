/** One network: starts every contestant, checks its answers, then lets them run in turns. */
import { checkAnswer, makeReference } from './agreement.mjs';
import { measureFirstAnswer } from './first_answer.mjs';
import { FmaLimit } from './fma_limit.mjs';
import { measureMemory } from './memory.mjs';
import { writeNetwork } from './networks.mjs';

/**
 * `results` in the contestants' order: { name, precision, rivals, details, times and cpuTimes in milliseconds, difference,
 * rss, bareRss }, cpuTimes empty and no rss where nothing tells them; or { name, precision, unavailable: reason } for an
 * instruction set that this machine lacks. `memory`: what memory.mjs measures with the int8 file, if a native contestant
 * reads that. `limit`: { name, times } of fma_limit.mjs, and `firstAnswer`: what first_answer.mjs measures, if a native
 * contestant runs in float32. Rejects if any answer is wrong.
 */
export async function race(network, { contestants, rounds, runs, warmUpMs, start }, progress) {
  progress(`${network.id}: writing models`);
  const { models, remove } = await writeNetwork(network, new Set(contestants.map(({ model }) => model)));
  const entries = [];
  let limit;
  try {
    for (const model of Object.values(models)) Object.assign(model, await makeReference(model.graph));
    for (const contestant of contestants) {
      progress(`${network.id}: checking ${contestant.name}`);
      entries.push(await enter(contestant, models[contestant.model], start));
    }
    const runners = entries.filter(({ process }) => process);
    const available = contestants.filter((_, i) => entries[i].process);
    limit = FmaLimit.of(available, models);
    for (const { process } of runners) await process.ask('warmUp', { milliseconds: warmUpMs });

    // Turns are short and every round has all of them, so that a busy spell of the machine hits all alike.
    for (let round = 0; round < rounds; round++) {
      progress(`${network.id}: round ${round + 1} of ${rounds}`);
      for (let turn = 0; turn < runners.length; turn++) {
        const { process, check, result } = runners[(turn + round) % runners.length];
        const { times, cpuMs, output } = await process.ask('measure', { runs });
        check(output);
        result.times.push(...times);
        if (cpuMs !== undefined) result.cpuTimes.push(cpuMs);
      }
      await limit?.measure();
    }
    for (const { process, result } of runners) Object.assign(result, await process.ask('memory'));
    const runsNatively = contestants.some(({ model, options }) => model === 'int8' && options.backend === 'native');
    const memory = runsNatively
      ? measureMemory(models.int8.files.tflite, models.int8.pictures[0].values.length)
      : undefined;
    const { files, pictures } = models.float32 ?? {};
    const firstAnswer = limit && measureFirstAnswer(files, pictures[0].shape);
    const results = entries.map(({ result }) => result);
    return { results, memory, firstAnswer, limit: limit && { name: limit.name, times: limit.times } };
  } finally {
    limit?.process.end();
    for (const { process } of entries) process?.end();
    await remove();
  }
}

/** Starts a contestant and checks its answers. `check` does so with later answers to the last picture. */
async function enter(contestant, { files, pictures, tolerances }, start) {
  const { name, precision, rivals, module, options, needsCpu, agreement } = contestant;
  const process = await start(contestant);
  try {
    const { details } = await process.ask('open', { module, files, options });
    const tolerance = tolerances[agreement];
    let difference = 0;
    for (const { values, shape, answer } of pictures) {
      const received = await process.ask('answer', { values, shape });
      difference = Math.max(difference, checkAnswer(name, received, answer, tolerance));
    }
    const check = (output) => checkAnswer(name, output, pictures.at(-1).answer, tolerance);
    return { process, check, result: { name, precision, rivals, details, difference, times: [], cpuTimes: [] } };
  } catch (error) {
    process.end();
    if (needsCpu && error.code === 'BACKEND_UNAVAILABLE') {
      return { result: { name, precision, unavailable: error.message } };
    }
    throw error;
  }
}
