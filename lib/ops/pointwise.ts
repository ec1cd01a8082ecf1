/** Matrix products over pixels: 1x1 convolutions and dense layers. */
import { type Clamp, pixels, type Window } from '../graph/graph';
import { NO_RESIDUAL, type Op, type OpName } from '../program/schema';
import { arithmeticOf } from './arithmetic';
import type { Conv2D } from './conv2d';
import { cutProduct } from './cut';
import type { Dense } from './dense';
import { type Place, roundChannels } from './layout';
import { type Lowering, recordOf } from './lowering';
import { isPointWindow } from './window';

/** A skip connection that is added to a product's result, and the clamp of the sum. */
export interface Residual {
  place: Place;
  clamp: Clamp;
}

/** Whether a node is such a product. */
export function isPointwise(node: { op: string; window?: Window }): boolean {
  return node.op === 'dense' || (node.op === 'conv2d' && isPointWindow(node.window!));
}

/** Only of floating-point numbers a residual: integer addition has a rounding of its own. */
export function lowerPointwise(
  node: Conv2D | Dense,
  input: Place,
  output: Place,
  to: Lowering,
  residual?: Residual,
): Op {
  const arithmetic = arithmeticOf(node, to.geometry);
  const { prefix, geometry, weightBytes } = arithmetic;
  const [height, width, k] = pixels(node.inputs[0].shape);
  const m = height * width;
  const n = roundChannels(node.filter.shape[0]);
  const { chunks, m_block, n_block } = cutProduct(m, k, n, weightBytes, geometry, to.threads);
  const sum = residual?.clamp ?? node.clamp;
  const sums = {
    residual: residual?.place.offset ?? NO_RESIDUAL,
    residual_stride: residual?.place.stride ?? 0,
    sum_lo: sum.min,
    sum_hi: sum.max,
  };
  return recordOf(`${prefix}pointwise` satisfies OpName, chunks, {
    input: input.offset,
    input_stride: input.stride,
    output: output.offset,
    output_stride: output.stride,
    m,
    k,
    n,
    ...arithmetic.panels(node, k, to.packer),
    m_block,
    n_block,
    ...arithmetic.epilogue(node.output, node.clamp),
    ...(prefix === 'q8_' ? {} : sums),
  });
}
