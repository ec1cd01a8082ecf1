/** How many bytes of addresses the process may take (RLIMIT_AS, `ulimit -v`), and how many a thread of Node needs. */
import { readFileSync } from 'node:fs';

/** Node 26 reserves up to 1.2 GB for a thread, Node 20 700 MB; where V8 gets no addresses for one, it ends the process. */
export const THREAD_BYTES = 1.5 * 2 ** 30;

/** What Linux tells, and where; files of their own for tests. */
export interface AddressFiles {
  limits: string;
  status: string;
}
const LINUX: AddressFiles = { limits: '/proc/self/limits', status: '/proc/self/status' };

/** Infinity where there is no limit or the system does not tell. */
export function addressBytesLeft({ limits, status }: AddressFiles = LINUX): number {
  const limit = /^Max address space\s+(\d+)/m.exec(read(limits))?.[1];
  const taken = /^VmSize:\s+(\d+) kB/m.exec(read(status))?.[1];
  return limit === undefined || taken === undefined ? Infinity : Number(limit) - 1024 * Number(taken);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
