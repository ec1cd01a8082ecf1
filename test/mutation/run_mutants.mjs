/** What the children that try mutants share: each mutant has a seed of its own, and its outcome is counted. */
import { writeFileSync } from 'node:fs';
import { randomSource } from './mutate.mjs';

/**
 * Tries `count` mutants and prints a line of JSON: how often each kind of change and each outcome was seen, what was wrong, the
 * slowest one in milliseconds, the process's peak memory and time. With MUTATION_LOG, a file, what an abort leaves behind tells
 * which one it was.
 * @param mutantOf returns [the kind of change, a function that resolves to the outcome, and rejects where it is wrong].
 * @param counted returns further fields of the report.
 */
export async function runMutants(count, seed, mutantOf, counted = () => ({})) {
  const report = { outcomes: {}, kinds: {}, wrong: [], slowest: { milliseconds: 0 } };
  for (let i = 0; i < count; i++) {
    // Each has its own seed, so that a failure can be repeated alone.
    const random = randomSource(seed + i);
    random(1);
    const [kind, run] = mutantOf(random, i);
    if (process.env.MUTATION_LOG) writeFileSync(process.env.MUTATION_LOG, `${seed + i} ${kind}`);
    report.kinds[kind] = (report.kinds[kind] ?? 0) + 1;
    const start = performance.now();
    try {
      const outcome = await run();
      report.outcomes[outcome] = (report.outcomes[outcome] ?? 0) + 1;
    } catch (error) {
      report.wrong.push({ seed: seed + i, kind, error: String(error?.stack ?? error).slice(0, 600) });
    }
    const milliseconds = performance.now() - start;
    if (milliseconds > report.slowest.milliseconds) report.slowest = { milliseconds, seed: seed + i, kind };
  }
  Object.assign(report, counted());
  report.peak = process.resourceUsage().maxRSS * 1024;
  report.cpu = process.cpuUsage();
  console.log(JSON.stringify(report));
}
