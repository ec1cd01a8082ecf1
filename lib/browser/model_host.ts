/** One model and its engine, behind requests: in a worker, or on the page itself. */

import { MobileNetEdgeError } from '../base/errors';
import { LARGEST_LABEL_FILE, labelsInvalid, readLabelText } from '../formats/shared/labels';
import type { Classifier } from '../model/classifier';
import { loadModel, type Network } from '../model/load_model';
import type { ModelInfo } from '../model/model';
import { PROGRESS } from '../model/progress';
import { decodePicture } from './decode';
import { loadBrowserEngine } from './engine';
import { fetchBytes } from './fetch_bytes';
import type { ByteProgress, HostRequest, SentPicture } from './protocol';
import { readSentModel } from './read_model';
import type { StartAssistants } from './session';

export interface AnswerOptions {
  signal?: AbortSignal;
  onProgress?: (fraction: number, bytes?: ByteProgress) => void;
}

export class ModelHost {
  readonly #startAssistants: StartAssistants | undefined;
  #model: Classifier<SentPicture> | undefined;

  /** Without `startAssistants` the model runs on the thread that calls, and on no other. */
  constructor(startAssistants?: StartAssistants) {
    this.#startAssistants = startAssistants;
  }

  async answer(request: HostRequest, options: AnswerOptions): Promise<unknown> {
    if (request.kind === 'load') return this.#load(request, options);
    const model = this.#model;
    if (!model) throw new MobileNetEdgeError('INTERNAL', `Expected a model before ${request.kind}: please report this`);
    const { signal } = options;
    switch (request.kind) {
      case 'classify':
        return model.classify(request.picture, { ...request.selection, ...request.view, signal });
      case 'embed':
        return model.embed(request.picture, { ...request.view, signal });
      case 'predict':
        return model.predict(request.tensor, { signal });
    }
  }

  close(): void {
    this.#model?.close();
  }

  async #load(
    { model, options, wasm }: HostRequest & { kind: 'load' },
    { signal, onProgress }: AnswerOptions,
  ): Promise<ModelInfo> {
    let done = 0;
    const bytes: ByteProgress = { loaded: 0 };
    const onBytes = (more: number, total: number | undefined): void => {
      bytes.loaded += more;
      bytes.total = total;
      onProgress?.(done, { ...bytes });
    };
    const { labels, isa, cache, ...common } = options;
    const network: Network =
      model.kind === 'graph'
        ? { graph: model.graph }
        : { read: (reading) => readSentModel(model, { ...reading, cache, onBytes }) };
    const platform = {
      readLabels:
        labels === undefined
          ? undefined
          : async () => (typeof labels === 'string' ? fetchLabels(labels, signal) : labels),
      selectEngine: async () => ({
        engine: await loadBrowserEngine(wasm, { isa, threads: common.threads, startAssistants: this.#startAssistants }),
      }),
      decode: decodePicture,
    };
    this.#model = await loadModel(network, platform, {
      ...common,
      signal,
      // The page counts the calls.
      maxQueue: Number.POSITIVE_INFINITY,
      // While the file is read, bytes tell.
      onProgress: (fraction) => {
        done = Math.max(done, fraction);
        if (fraction > PROGRESS.read) onProgress?.(fraction);
      },
    });
    return this.#model.info;
  }
}

async function fetchLabels(url: string, signal: AbortSignal | undefined): Promise<string[]> {
  const failure = (problem: string, cause?: unknown) =>
    labelsInvalid(`Expected a text file of one class name a line but ${problem}`, cause);
  return readLabelText(await fetchBytes(url, { signal, failure, limit: LARGEST_LABEL_FILE + 1 }), url);
}
