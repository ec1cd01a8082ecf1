import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packageRoot } from './package_root';

const HEAP_MEGABYTES = 256;
/** Several children in turn, each with a fresh heap. */
const PER_CHILD = 5000;

/** What test/mutation/run_mutants.mjs prints. */
export interface MutationReport {
  outcomes: Record<string, number>;
  kinds: Record<string, number>;
  wrong: object[];
  /** Milliseconds; told, never judged. */
  slowest: { milliseconds: number; seed: number; kind: string };
  /** Bytes. */
  peak: number;
  /** Of models: the most bytes that one of them counts. */
  counted?: number;
}

/** Runs test/mutation/`script` on `count` mutants of the files in `folder`, in processes with a small heap. */
export async function tryMutants(
  script: string,
  folder: string,
  count: number,
  seed: number,
): Promise<MutationReport[]> {
  const reports: MutationReport[] = [];
  for (let done = 0; done < count; done += PER_CHILD) {
    const args = [folder, Math.min(PER_CHILD, count - done), seed + done].map(String);
    const path = join(packageRoot(), 'test', 'mutation', script);
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [`--max-old-space-size=${HEAP_MEGABYTES}`, path, ...args],
      { maxBuffer: 1 << 26 },
    );
    if (process.env.MUTATIONS) console.log(done, stdout);
    reports.push(JSON.parse(stdout));
  }
  return reports;
}

/** How often each outcome was seen in all. */
export function sumOutcomes(reports: readonly MutationReport[]): Map<string, number> {
  const sum = new Map<string, number>();
  for (const { outcomes } of reports) {
    for (const [outcome, times] of Object.entries(outcomes)) sum.set(outcome, (sum.get(outcome) ?? 0) + times);
  }
  return sum;
}
