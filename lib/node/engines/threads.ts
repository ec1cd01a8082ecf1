/** The default of the `threads` option. */
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

/** More gain little on networks this small. */
const MOST_BY_DEFAULT = 4;

/** What Linux tells of the CPUs, and where; a folder of their own for tests. */
export interface CpuFiles {
  cpus: string;
  status: string;
  quota: string;
}
const LINUX: CpuFiles = {
  cpus: '/sys/devices/system/cpu',
  status: '/proc/self/status',
  quota: '/sys/fs/cgroup/cpu.max',
};

/** The number of big cores that this process may use, 4 at most. */
export function defaultThreads(files = LINUX): number {
  const cores = bigCores(files) ?? availableParallelism();
  return Math.max(1, Math.min(cores, Math.floor(quota(files)), MOST_BY_DEFAULT));
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** "0-3,6" as [0, 1, 2, 3, 6]. */
function parseList(text: string): number[] {
  return text.split(',').flatMap((range) => {
    const [first, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}

/** Physical cores of the greatest capacity among the CPUs we may run on; undefined where Linux does not tell. */
function bigCores({ cpus, status }: CpuFiles): number | undefined {
  const allowed = /^Cpus_allowed_list:\s*(\S+)/m.exec(read(status) ?? '')?.[1];
  if (!allowed) return undefined;
  const present = new Set(folderNames(cpus));
  const cores = parseList(allowed)
    .map((cpu) => `cpu${cpu}`)
    .filter((name) => present.has(name))
    .map((name) => ({
      // CPUs without a capacity are all alike.
      capacity: Number(read(join(cpus, name, 'cpu_capacity')) ?? 0),
      // Hyperthreads share the units that we keep busy.
      core: read(join(cpus, name, 'topology', 'thread_siblings_list')) ?? name,
    }));
  if (cores.length === 0) return undefined;
  const greatest = Math.max(...cores.map(({ capacity }) => capacity));
  return new Set(cores.filter(({ capacity }) => capacity === greatest).map(({ core }) => core)).size;
}

function folderNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** How many CPUs' time a container may use, as cgroup v2 tells: "150000 100000" is 1.5. */
function quota({ quota: path }: CpuFiles): number {
  const [time, period] = (read(path) ?? 'max').split(' ').map(Number);
  return time / period || Number.POSITIVE_INFINITY;
}
