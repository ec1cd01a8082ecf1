/** The number of threads by default, from made-up files of Linux. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { load, mobilenetV2 } from '../../lib';
import { type CpuFiles, defaultThreads } from '../../lib/node/engines/threads';
import { addon } from '../support/native_addon';

const folder = mkdtempSync(join(tmpdir(), 'cpus-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Machine {
  /** Of each CPU; undefined where Linux has no such file. */
  capacities?: number[];
  siblings?: string[];
  count: number;
  allowed: string;
  quota?: string;
}

let machines = 0;
function filesOf({ capacities, siblings, count, allowed, quota }: Machine): CpuFiles {
  const root = join(folder, `${machines++}`);
  for (let cpu = 0; cpu < count; cpu++) {
    const own = join(root, 'cpus', `cpu${cpu}`);
    mkdirSync(join(own, 'topology'), { recursive: true });
    if (capacities) writeFileSync(join(own, 'cpu_capacity'), `${capacities[cpu]}\n`);
    if (siblings) writeFileSync(join(own, 'topology', 'thread_siblings_list'), `${siblings[cpu]}\n`);
  }
  const [status, quotaFile] = [join(root, 'status'), join(root, 'cpu.max')];
  writeFileSync(status, `Name:\tnode\nCpus_allowed:\tff\nCpus_allowed_list:\t${allowed}\nMems_allowed:\t1\n`);
  if (quota) writeFileSync(quotaFile, `${quota}\n`);
  return { cpus: join(root, 'cpus'), status, quota: quotaFile };
}

const four = { count: 4, allowed: '0-3' };
const bigLittle = { count: 8, capacities: [414, 414, 414, 414, 1024, 1024, 1024, 1024] };
const pairs = { count: 4, siblings: ['0-1', '0-1', '2-3', '2-3'], allowed: '0-3' };

test.each<[string, Machine, number]>([
  ['four alike', four, 4],
  ['one core', { count: 1, allowed: '0' }, 1],
  ['at most four', { count: 16, allowed: '0-15' }, 4],
  ['the big ones of eight', { ...bigLittle, allowed: '0-7' }, 4],
  ['two big, four little', { count: 6, capacities: [485, 485, 485, 485, 1024, 1024], allowed: '0-5' }, 2],
  ['the big ones we may use', { ...bigLittle, allowed: '0-4,7' }, 2],
  ['only little ones', { ...bigLittle, allowed: '0-2' }, 3],
  ['hyperthreads count once', pairs, 2],
  ['half a pair is a core', { ...pairs, allowed: '1-3' }, 2],
  ['a container without a limit', { ...four, quota: 'max 100000' }, 4],
  ['a container with one and a half CPUs', { ...four, quota: '150000 100000' }, 1],
  ['a container with half a CPU', { ...four, quota: '50000 100000' }, 1],
  ['a container with three CPUs', { ...four, quota: '300000 100000' }, 3],
])('%s', (_, machine, expected) => {
  expect(defaultThreads(filesOf(machine))).toBe(expected);
});

test('without such files it is what the operating system offers, 4 at most', () => {
  const nowhere = join(folder, 'nowhere');
  expect(defaultThreads({ cpus: nowhere, status: nowhere, quota: nowhere })).toBe(Math.min(4, availableParallelism()));
});

test.skipIf(!addon)('a model uses the default or what it is told', async () => {
  const network = mobilenetV2({ alpha: 0.35, inputSize: 96, classes: 3 });
  for (const [threads, expected] of [
    [undefined, defaultThreads()],
    [1, 1],
    [3, 3],
  ]) {
    const model = await load(network, { backend: 'native', threads });
    expect(model.info.threads).toBe(expected);
    model.close();
  }
});
