/** The thread that worker_decoder.ts starts: one encoded picture in, one decoded picture or error out. */
import { parentPort } from 'node:worker_threads';
import { type ErrorCode, MobileNetEdgeError } from '../../base/errors';
import type { BuiltinFormat } from '../../image/format';
import type { Image } from '../../image/image';
import { decodeBuiltin } from './builtin_decoder';

export interface DecodeRequest {
  bytes: Uint8Array;
  format: BuiltinFormat;
}

export type DecodeReply = { image: Image } | { code: ErrorCode; message: string };

parentPort?.on('message', async ({ bytes, format }: DecodeRequest) => {
  try {
    const image = await decodeBuiltin(bytes, format);
    parentPort?.postMessage({ image } satisfies DecodeReply, [image.data.buffer as ArrayBuffer]);
  } catch (error) {
    const code = error instanceof MobileNetEdgeError ? error.code : 'INTERNAL';
    parentPort?.postMessage({ code, message: String((error as Error).message) } satisfies DecodeReply);
  }
});
