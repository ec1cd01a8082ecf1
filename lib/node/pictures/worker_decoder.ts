/**
 * Decodes on one shared worker thread, so that a slow picture does not stop the program's event loop. The thread is
 * started by the first picture, keeps no process alive while idle, and is replaced if it dies.
 */
import type { Worker } from 'node:worker_threads';
import { onAbort } from '../../base/abort';
import { abortError, MobileNetEdgeError } from '../../base/errors';
import type { BuiltinFormat } from '../../image/format';
import { type Image, unsupportedImage } from '../../image/image';
import { startDecodeWorker } from '../package_files';
import { threadFailure } from '../threads';
import type { DecodeReply, DecodeRequest } from './decode_worker';

interface Job {
  request: DecodeRequest;
  resolve(image: Image): void;
  reject(error: Error): void;
}

const waiting: Job[] = [];
let running: Job | undefined;
let worker: Worker | undefined;

/**
 * Decodes a JPEG, PNG or BMP to upright pixels; `bytes` is copied at once and may change afterwards. An aborted picture
 * leaves the queue; one that is being decoded is decoded to its end, unseen.
 * Throws IMAGE_INVALID, IMAGE_UNSUPPORTED, ABORTED, or INTERNAL if the thread dies.
 */
export function decodeInWorker(bytes: Uint8Array, format: BuiltinFormat, signal?: AbortSignal): Promise<Image> {
  return new Promise((resolve, reject) => {
    const job: Job = {
      request: { bytes: new Uint8Array(bytes), format },
      resolve: settle(resolve),
      reject: settle(reject),
    };
    const abort = () => {
      const place = waiting.indexOf(job);
      if (place !== -1) waiting.splice(place, 1);
      job.reject(abortError(signal as AbortSignal));
    };
    function settle<T>(done: (value: T) => void): (value: T) => void {
      return (value) => {
        forget?.();
        done(value);
      };
    }
    const forget = signal && onAbort(signal, abort);
    waiting.push(job);
    startNext();
  });
}

function startNext(): void {
  if (running !== undefined) return;
  running = waiting.shift();
  if (running === undefined) {
    worker?.unref();
    return;
  }
  try {
    worker ??= startWorker();
    worker.ref();
    worker.postMessage(running.request, [running.request.bytes.buffer as ArrayBuffer]);
  } catch (error) {
    finish((job) => job.reject(error as Error));
  }
}

function startWorker(): Worker {
  const started = startDecodeWorker();
  started.on('message', (reply: DecodeReply) => {
    finish((job) => {
      if ('image' in reply) job.resolve(reply.image);
      else job.reject(new MobileNetEdgeError(reply.code, reply.message));
    });
  });
  // A thread that fails emits 'error' and then 'exit'; the picture that it was decoding is not tried again.
  started.on('error', (cause: Error & { code?: string }) => {
    worker = undefined;
    finish((job) => job.reject(deathOf(cause)));
  });
  started.on('exit', (code) => {
    if (worker !== started) return;
    worker = undefined;
    finish((job) => job.reject(deathOf(new Error(`exit code ${code}`))));
  });
  return started;
}

function finish(settle: (job: Job) => void): void {
  const job = running;
  running = undefined;
  if (job !== undefined) settle(job);
  startNext();
}

function deathOf(cause: Error & { code?: string }): Error {
  if (cause.code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return unsupportedImage(
      'The picture is too large for the built-in decoder, which ran out of memory: install sharp, or make the picture smaller',
      cause,
    );
  }
  return threadFailure('The thread that decodes pictures', cause);
}
