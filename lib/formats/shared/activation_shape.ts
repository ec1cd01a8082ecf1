/** What every activation of a file must be. */
import { elementCount } from '../../graph/graph';
import { modelInvalid, modelUnsupported } from './failures';

/** Activations larger than this (256 MB as float32) are refused: no picture network comes near, a corrupt shape does. */
const LARGEST_ACTIVATION = 2 ** 26;

/** Throws MODEL_INVALID or MODEL_UNSUPPORTED unless `shape` can be an activation. `where` begins the message. */
export function checkActivationShape(shape: readonly number[], where: string): void {
  if (shape.length < 1 || shape.length > 4 || !shape.every((extent) => Number.isInteger(extent) && extent > 0)) {
    throw modelInvalid(`${where}: expected 1 to 4 positive extents but the shape is [${shape.join(', ')}]`);
  }
  if (elementCount(shape) > LARGEST_ACTIVATION) {
    throw modelUnsupported(`${where}: an activation of [${shape.join(', ')}] is larger than the supported 2^26 values`);
  }
}
