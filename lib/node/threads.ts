/** Starting Node's worker threads, and what it says where one cannot start or ends by itself. */
import type { Worker } from 'node:worker_threads';
import { messageOf } from '../base/bytes';
import { MobileNetEdgeError } from '../base/errors';
import { addressBytesLeft, THREAD_BYTES } from './address_space';
import { permissionRemedy } from './permissions';

/** What `start` starts. Throws BACKEND_UNAVAILABLE or OUT_OF_MEMORY. */
export function startThread(start: () => Worker): Worker {
  const left = addressBytesLeft();
  if (left < THREAD_BYTES) {
    const [needed, found] = [THREAD_BYTES, left].map((bytes) => `${Math.floor(bytes / 2 ** 20)} MB`);
    throw new MobileNetEdgeError(
      'OUT_OF_MEMORY',
      `A thread of Node takes up to ${needed} of addresses, but the process's limit (ulimit -v) leaves ${found}: raise the limit`,
    );
  }
  try {
    return start();
  } catch (cause) {
    throw threadFailure('A thread', cause);
  }
}

/** The error for what a Worker emitted, or its constructor threw. `what` begins a sentence. */
export function threadFailure(what: string, cause: unknown): MobileNetEdgeError {
  const { code, syscall } = (cause ?? {}) as Partial<NodeJS.ErrnoException>;
  const [reason, remedy] = [messageOf(cause), permissionRemedy(cause)];
  if (remedy) return unavailable(`${what} could not be started (${reason})${remedy}`, cause);
  if (syscall === 'uv_cwd') {
    return unavailable('Node starts no thread in a working directory that was removed: change to another one', cause);
  }
  if (code === 'MODULE_NOT_FOUND') {
    return unavailable(`${what} lacks its script (${reason}): install mobilenet-edge again, whole`, cause);
  }
  if (code === 'ERR_WORKER_OUT_OF_MEMORY' || code === 'ERR_WORKER_INIT_FAILED') {
    return new MobileNetEdgeError(
      'OUT_OF_MEMORY',
      `${what} got no memory (${reason}): use smaller pictures and models, or raise the limit`,
      {
        cause,
      },
    );
  }
  return new MobileNetEdgeError('INTERNAL', `${what} stopped: ${reason}`, { cause });
}

function unavailable(message: string, cause: unknown): MobileNetEdgeError {
  return new MobileNetEdgeError('BACKEND_UNAVAILABLE', message, { cause });
}
