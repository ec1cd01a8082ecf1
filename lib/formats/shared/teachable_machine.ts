/** Image models of Google's Teachable Machine, in both of its formats. */
import type { Tensor } from '../../graph/graph';
import type { Preprocess } from '../../image/preprocess';

/** How it samples pictures, for training and after: the central square as a whole, scaled to -1..1. */
export const TEACHABLE_MACHINE = { crop: 'cover', resize: 'bilinear', range: '-1..1' } as const satisfies Preprocess;

/**
 * Whether a TFLite file is its export. It states nothing of itself, but its input has the name that Keras gives to the
 * outer of nested Sequentials, with the number that it has in Teachable Machine: 'sequential_1_input'. Networks that people
 * build themselves begin with 'sequential_input'.
 */
export function isTeachableMachine(input: Tensor): boolean {
  return /^(serving_default_)?sequential_\d+_input(:0)?$/.test(input.name);
}
