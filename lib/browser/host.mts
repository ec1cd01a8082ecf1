/**
 * The script of a model's workers, of the one that hosts it and of those that assist. It may also be imported by the page, for models on the main thread: then it only
 * exports the ModelHost.
 */
import { isError, isTypedArray, transferableBuffers } from '../base/bytes.js';
import { MobileNetEdgeError } from '../base/errors.js';
import { type AnswerOptions, ModelHost } from './model_host.js';
import { type FromWorker, type ToWorker, WORKER_NAME } from './protocol.js';
import { serveAssistant } from './session.js';

export { ModelHost };

function serve(): void {
  const post = (message: FromWorker, transfer: Transferable[] = []): void => self.postMessage(message, { transfer });
  const host = new ModelHost((count) => {
    const channels = Array.from({ length: count }, () => new MessageChannel());
    const assistants = channels.map(({ port2 }) => port2);
    post({ assistants }, assistants);
    return channels.map(({ port1 }) => port1);
  });
  const running = new Map<number, AbortController>();

  // Held until this thread ends, however it ends: that is how the page learns of it. Browsers give locks to pages that
  // come by https or from localhost only.
  const held = new Promise<void>((resolve) => {
    if (!navigator.locks) resolve();
    else
      void navigator.locks.request(self.name, () => {
        resolve();
        return new Promise(() => {});
      });
  }).then(() => post({ alive: true }));

  self.onmessage = async ({ data }: MessageEvent<ToWorker>) => {
    if ('abort' in data) {
      running.get(data.abort)?.abort();
      return;
    }
    if ('assist' in data) {
      await held;
      serveAssistant(data.assist);
      return;
    }
    const { id, request } = data;
    const controller = new AbortController();
    running.set(id, controller);
    await held;
    try {
      const onProgress: AnswerOptions['onProgress'] = (fraction, bytes) => post({ id, progress: [fraction, bytes] });
      const value = await host.answer(request, { signal: controller.signal, onProgress });
      post({ id, value }, transferable(value));
    } catch (error) {
      const known = error instanceof MobileNetEdgeError;
      const code = known ? error.code : 'INTERNAL';
      const message = known ? error.message : `The worker failed (${error}): please report this`;
      const cause = known ? error.cause : error;
      post({ id, error: { code, message, cause: isError(cause) ? cause : undefined } });
    } finally {
      running.delete(id);
    }
  };
}

/** The memory of an embedding or a prediction is given away, not copied. */
function transferable(value: unknown): Transferable[] {
  const data = isTypedArray(value, 'Float32Array') ? value : (value as { data?: unknown }).data;
  return ArrayBuffer.isView(data) ? transferableBuffers(data) : [];
}

// A user's own worker may import this module too, so being in a worker tells nothing.
if (typeof document === 'undefined' && self.name?.startsWith(`${WORKER_NAME} `)) serve();
