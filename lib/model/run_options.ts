/** What all calls of a Model check first. */
import { checkSignal } from '../base/abort';
import { checkOptionKeys } from '../base/expect';
import { checkViewOptions, VIEW_OPTIONS, type ViewOptions } from '../image/view';
import { CLASS_OPTIONS, type ClassSelection, checkClassOptions } from './class_selection';
import type { ClassifyOptions, EmbedOptions, RunOptions } from './model';

const RUN_OPTIONS = ['signal'] as const satisfies (keyof RunOptions)[];

/** Throws INVALID_ARGUMENT for other keys than those of RunOptions and `others`, and for a `signal` that is not an AbortSignal. */
export function checkRunOptions(options: RunOptions = {}, others: readonly string[] = []): RunOptions {
  checkOptionKeys(options, [...RUN_OPTIONS, ...others]);
  checkSignal(options.signal);
  return options;
}

/** A picture's way into a run. */
export interface PictureRun extends RunOptions {
  view: ViewOptions;
}

/** The same for embed. */
export function checkEmbedOptions(options: EmbedOptions = {}, others: readonly string[] = []): PictureRun {
  const { signal } = checkRunOptions(options, [...VIEW_OPTIONS, ...others]);
  return { signal, view: checkViewOptions(options) };
}

/** The same for classify. */
export function checkClassifyOptions(options: ClassifyOptions = {}): PictureRun & { selection: ClassSelection } {
  return { ...checkEmbedOptions(options, CLASS_OPTIONS), selection: checkClassOptions(options) };
}
