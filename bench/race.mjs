/** One network: starts every contestant, checks its answers, then lets them run in turns. */
import { checkAnswer, makeReference } from './agreement.mjs';
import { ContestantProcess } from './contestant_process.mjs';
import { writeNetwork } from './networks.mjs';

/**
 * Results in the contestants' order: { name, details, times and cpuTimes in milliseconds, difference, rss, bareRss }, or
 * { name, unavailable: reason } for an instruction set that this machine lacks. Rejects if any answer is wrong.
 */
export async function race(network, { contestants, rounds, runs, warmUpMs }, progress) {
  const { graph, files, remove } = await writeNetwork(network);
  const entries = [];
  try {
    const { pictures, tolerance } = await makeReference(graph);
    for (const contestant of contestants) {
      progress(`${network.id}: checking ${contestant.name}`);
      entries.push(await enter(contestant, files, pictures, tolerance));
    }
    const runners = entries.filter(({ process }) => process);
    for (const { process } of runners) await process.ask('warmUp', { milliseconds: warmUpMs });

    // Turns are short and every round has all of them, so that a busy spell of the machine hits all alike.
    for (let round = 0; round < rounds; round++) {
      progress(`${network.id}: round ${round + 1} of ${rounds}`);
      for (let turn = 0; turn < runners.length; turn++) {
        const { name, process, times, cpuTimes } = runners[(turn + round) % runners.length];
        const { times: measured, cpuMs, output } = await process.ask('measure', { runs });
        checkAnswer(name, output, pictures.at(-1).answer, tolerance);
        times.push(...measured);
        cpuTimes.push(cpuMs);
      }
    }
    for (const runner of runners) Object.assign(runner, await runner.process.ask('memory'));
    return entries.map(({ process, ...result }) => result);
  } finally {
    for (const { process } of entries) process?.end();
    await remove();
  }
}

async function enter({ name, module, options, needsCpu }, files, pictures, tolerance) {
  const process = new ContestantProcess(name);
  try {
    const { details } = await process.ask('open', { module, files, options });
    let difference = 0;
    for (const { values, shape, answer } of pictures) {
      const received = await process.ask('answer', { values, shape });
      difference = Math.max(difference, checkAnswer(name, received, answer, tolerance));
    }
    return { name, process, details, difference, times: [], cpuTimes: [] };
  } catch (error) {
    process.end();
    if (needsCpu && error.code === 'BACKEND_UNAVAILABLE') return { name, unavailable: error.message };
    throw error;
  }
}
