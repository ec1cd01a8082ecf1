/** What classify() makes of a network's output. */
import { MobileNetEdgeError } from '../base/errors';
import { isMap } from '../graph/classes';
import { elementCount, type Tensor } from '../graph/graph';
import { softmax } from './topk';

/** Throws MODEL_UNSUPPORTED for a map, whose values are no probabilities of classes of the picture. */
export function checkIsClassifier({ shape }: Pick<Tensor, 'shape'>): void {
  if (!isMap({ shape })) return;
  const values = shape[shape.length - 1];
  throw new MobileNetEdgeError(
    'MODEL_UNSUPPORTED',
    `Expected a classifier, whose output is one value per class, but this network's is ${shape.join('x')}: ${values === 1 ? 'a value' : `${values} values`} at each of ${elementCount(shape) / values} positions. Use predict(), which gives it as it is`,
  );
}

/**
 * A network's result as probabilities of its classes. Logits become probabilities by softmax; a single one, by the logistic
 * function, that of class 1. Nothing in a file tells a logit from a regression: classify() takes every single value as one.
 */
export function classProbabilities(values: Float32Array, areProbabilities: boolean): Float32Array | Float64Array {
  if (values.length > 1) return areProbabilities ? values : softmax(values);
  const [value] = values;
  if (areProbabilities) return Float64Array.of(1 - value, value);
  return Float64Array.of(1 / (1 + Math.exp(value)), 1 / (1 + Math.exp(-value)));
}
