/** One model and its engine, behind requests: in a worker, or on the page itself. */

import { Budget } from '../base/budget';
import { MobileNetEdgeError, throwIfAborted } from '../base/errors';
import { chooseLabels, LARGEST_LABEL_FILE, labelsInvalid, readLabelText } from '../formats/shared/labels';
import { assembleModel } from '../model/assemble_model';
import type { Classifier } from '../model/classifier';
import type { ModelInfo } from '../model/model';
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
    const budget = new Budget(options.limits, model.kind === 'graph' ? 'graph' : 'file');
    const file = await readSentModel(model, {
      budget,
      signal,
      cache: options.cache,
      withoutLabels: options.labels !== undefined,
      labelsLocale: options.labelsLocale,
      onBytes: (more, total) => {
        bytes.loaded += more;
        bytes.total = total;
        onProgress?.(done, { ...bytes });
      },
      onProgress: (fraction) => {
        done = Math.max(done, fraction * 0.5);
      },
    });
    throwIfAborted(signal);
    const given = typeof options.labels === 'string' ? await fetchLabels(options.labels, signal) : options.labels;
    const named = chooseLabels(given, file);
    const engine = await loadBrowserEngine(wasm, { ...options, startAssistants: this.#startAssistants });
    throwIfAborted(signal);
    // The page counts the calls.
    const loading = {
      ...options,
      labels: undefined,
      maxQueue: Number.POSITIVE_INFINITY,
      signal,
      onProgress: (fraction: number) => onProgress?.(fraction),
    };
    this.#model = await assembleModel({ file, ...named, budget, engine, decode: decodePicture }, loading);
    return this.#model.info;
  }
}

async function fetchLabels(url: string, signal: AbortSignal | undefined): Promise<string[]> {
  const failure = (problem: string, cause?: unknown) =>
    labelsInvalid(`Expected a text file of one class name a line but ${problem}`, cause);
  return readLabelText(await fetchBytes(url, { signal, failure, limit: LARGEST_LABEL_FILE + 1 }), url);
}
