/** The network that `summary` and `bench` speak of: a model file, or one of the papers' with random weights. */

import { mobilenetV1 } from '../architectures/mobilenet_v1';
import { mobilenetV2 } from '../architectures/mobilenet_v2';
import type { Graph } from '../ops';
import { type NETWORK_OPTIONS, positiveNumber, UsageError, wholeNumber } from './arguments';

const ARCHITECTURES = { mobilenet_v1: mobilenetV1, mobilenet_v2: mobilenetV2 };

/** A path, or a Graph. Throws UsageError, and INVALID_ARGUMENT for a width or size that no network has. */
export function network(values: { [Flag in keyof typeof NETWORK_OPTIONS]?: string }): string | Graph {
  const { model, architecture, alpha, size } = values;
  if (model && architecture) throw new UsageError('Expected --model or --architecture but received both');
  if (model) {
    if (alpha ?? size) throw new UsageError('Expected --alpha and --size with --architecture, not with --model');
    return model;
  }
  if (!architecture) throw new UsageError('Expected --model <file> or --architecture <name>');
  if (!Object.hasOwn(ARCHITECTURES, architecture)) {
    const names = Object.keys(ARCHITECTURES).join(' or ');
    throw new UsageError(`Expected --architecture to be ${names} but received '${architecture}'`);
  }
  return ARCHITECTURES[architecture as keyof typeof ARCHITECTURES]({
    alpha: positiveNumber('--alpha', alpha),
    inputSize: wholeNumber('--size', size),
  });
}
