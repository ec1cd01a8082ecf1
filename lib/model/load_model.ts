/** The way from a file to a Model, the same on every platform. */
import { Budget } from '../base/budget';
import { throwIfAborted } from '../base/errors';
import type { ReadOptions } from '../formats/shared/files_beside';
import { chooseLabels } from '../formats/shared/labels';
import type { Graph } from '../ops';
import { assembleModel, type CommonLoadOptions, type Ingredients, type LoadedFile } from './assemble_model';
import type { Classifier } from './classifier';
import { PROGRESS } from './progress';

/** A network given as data, or how its file is read. */
export type Network = { graph: Graph } | { read: (options: ReadOptions) => Promise<LoadedFile> };

/** What a platform does in its own way. */
export interface Platform<Source> extends Pick<Ingredients<Source>, 'inspect' | 'arrive' | 'decode'> {
  /** The class names that the caller gives, wherever they are; absent: those of the model. */
  readLabels?: () => Promise<unknown>;
  selectEngine(): Promise<Pick<Ingredients<Source>, 'engine' | 'fallbackReason'>>;
}

/** Rejects as load() does. */
export async function loadModel<Source>(
  network: Network,
  { readLabels, selectEngine, inspect, arrive, decode }: Platform<Source>,
  options: CommonLoadOptions,
): Promise<Classifier<Source>> {
  const { signal, labelsLocale, limits, onProgress } = options;
  throwIfAborted(signal);
  const budget = new Budget(limits, 'graph' in network ? 'graph' : 'file');
  const reading: ReadOptions = {
    signal,
    budget,
    labelsLocale,
    withoutLabels: readLabels !== undefined,
    onProgress: onProgress && ((fraction) => onProgress(fraction * PROGRESS.read)),
  };
  const file: LoadedFile = 'graph' in network ? { format: 'graph', graph: network.graph } : await network.read(reading);
  const named = chooseLabels(await readLabels?.(), file);
  const selected = await selectEngine();
  throwIfAborted(signal);
  return assembleModel({ file, ...named, budget, ...selected, inspect, arrive, decode }, options);
}
