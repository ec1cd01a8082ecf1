/** TFLite's operators that move values without changing them, and the few that compute shapes. */
import * as ops from '../../ops';
import { keepsOrder, shapeInFile, transposedLayout } from './layout';
import type { TfliteOperator } from './operator';
import { PACK_OPTIONS, RESHAPE_OPTIONS, SQUEEZE_OPTIONS, STRIDED_SLICE_OPTIONS } from './schema';
import { HIGHEST_RANK } from './tensors';

/** Moves no value: what reads the result knows in which order its axes are. Of other than pictures only extents of 1 move. */
export function readTranspose(op: TfliteOperator): void {
  const permutation = op.integers(1);
  const rank = permutation.length;
  const input = op.inputInAnyLayout();
  if (
    rank !== input.shape.length ||
    new Set(permutation).size !== rank ||
    permutation.some((axis) => axis < 0 || axis >= rank)
  ) {
    throw op.invalid(`expects an order of the axes of [${input.shape.join(', ')}] but has [${permutation.join(', ')}]`);
  }
  if (rank === 4 && permutation[0] === 0) {
    op.layout = transposedLayout(op.layout, permutation);
    op.graph.push(ops.reshape(op, input, input.shape));
  } else {
    if (op.layout || !keepsOrder(input.shape, permutation)) {
      throw op.unsupported(`is not supported of [${input.shape.join(', ')}] in the order [${permutation.join(', ')}]`);
    }
    op.graph.push(
      ops.reshape(
        op,
        input,
        permutation.map((axis) => input.shape[axis]),
      ),
    );
  }
}

export function readReshape(op: TfliteOperator): void {
  const input = op.inputInOrder();
  const options = op.options(RESHAPE_OPTIONS.type);
  const shape = op.has(1) ? op.integers(1) : options.int32s(RESHAPE_OPTIONS.newShape, HIGHEST_RANK);
  op.graph.push(ops.reshape(op, input, shape));
}

/** RESIZE_BILINEAR and RESIZE_NEAREST_NEIGHBOR to the size that the picture has: every way of sampling then keeps it. */
export function readResize(op: TfliteOperator): void {
  const input = op.input();
  const size = op.integers(1);
  const [, height, width] = input.shape;
  if (input.shape.length !== 4 || size.length !== 2) {
    throw op.invalid(
      `expects a picture and its height and width but has [${input.shape.join(', ')}] and [${size.join(', ')}]`,
    );
  }
  if (size[0] !== height || size[1] !== width) {
    throw op.unsupported(
      `is supported only where it changes nothing, but it makes ${size.join('x')} pixels of ${height}x${width}`,
    );
  }
  op.graph.push(ops.reshape(op, input, input.shape));
}

export function readSqueeze(op: TfliteOperator): void {
  const input = op.inputInOrder();
  const extents = shapeInFile(input.shape, op.layoutOf());
  const rank = extents.length;
  const named = op.options(SQUEEZE_OPTIONS.type).int32s(SQUEEZE_OPTIONS.squeezeDims, HIGHEST_RANK);
  const axes = new Set(named.map((axis) => (axis < 0 ? axis + rank : axis)));
  for (const axis of axes) {
    if (extents[axis] !== 1) throw op.invalid(`cannot remove axis ${axis} of [${extents.join(', ')}]`);
  }
  op.graph.push(
    ops.reshape(
      op,
      input,
      extents.filter((extent, axis) => (axes.size ? !axes.has(axis) : extent !== 1)),
    ),
  );
}

export function readExpandDims(op: TfliteOperator): void {
  const input = op.input();
  const [axis, ...more] = op.integers(1);
  const at = axis < 0 ? axis + input.shape.length + 1 : axis;
  if (more.length > 0 || !(at >= 0 && at <= input.shape.length)) throw op.invalid(`cannot insert axis ${axis}`);
  op.graph.push(ops.reshape(op, input, input.shape.toSpliced(at, 0, 1)));
}

/** PAD, and PADV2 if the value is zero. */
export function readPad(op: TfliteOperator): void {
  const input = op.inputInAnyLayout();
  const { shape } = op.constant(1);
  const inFile = op.integers(1);
  const { layout } = op;
  const amounts = layout ? layout.flatMap((_, axis) => inFile.slice(layout.indexOf(axis) * 2).slice(0, 2)) : inFile;
  if (input.shape.length !== 4 || shape.join() !== '4,2') {
    throw op.invalid(`expects 4x2 paddings of a picture but has [${shape.join(', ')}] of [${input.shape.join(', ')}]`);
  }
  const [batchBefore, batchAfter, top, bottom, left, right, channelsBefore, channelsAfter] = amounts;
  if (batchBefore || batchAfter || channelsBefore || channelsAfter) {
    throw op.unsupported('is supported for height and width only');
  }
  if (op.kind === 'PADV2' && op.tensors.real(op.constant(2)).data!.some((value) => value !== 0)) {
    throw op.unsupported('is supported with zeros only');
  }
  op.graph.push(ops.pad(op, input, { top, left, bottom, right }));
}

function foldIntegers(op: TfliteOperator, values: readonly number[], shape: readonly number[]): void {
  op.fold({ shape, type: 'int32', data: Int32Array.from(values) });
}

/** SHAPE: known when the model is read, since the batch is 1. Converters compute a reshape's shape from it. */
export function readShape(op: TfliteOperator): void {
  const { shape } = op.input();
  foldIntegers(op, shape, [shape.length]);
}

/** STRIDED_SLICE of a constant vector with steps of 1. */
export function readStridedSlice(op: TfliteOperator): void {
  const { beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask, type } = STRIDED_SLICE_OPTIONS;
  const options = op.options(type);
  if (!op.isConstant(0)) throw op.unsupported('is supported for shapes only, not for activations');
  const values = op.integers(0);
  const [begin, end, stride] = [1, 2, 3].map((position) => op.integers(position));
  const masks = [ellipsisMask, newAxisMask].some((field) => options.int32(field) !== 0);
  if (masks || begin.length !== 1 || end.length !== 1 || stride.length !== 1 || stride[0] !== 1) {
    throw op.unsupported('is supported for vectors with a stride of 1 only');
  }
  const shrinks = options.int32(shrinkAxisMask) !== 0;
  const from = options.int32(beginMask) ? 0 : begin[0];
  const to = options.int32(endMask) ? values.length : end[0];
  const slice = shrinks ? values.slice(from, from === -1 ? undefined : from + 1) : values.slice(from, to);
  if (shrinks && slice.length !== 1) throw op.invalid(`has no element ${from} in ${values.length}`);
  foldIntegers(op, slice, shrinks ? [] : [slice.length]);
}

/** PACK of constant scalars into a vector. */
export function readPack(op: TfliteOperator): void {
  if (op.options(PACK_OPTIONS.type).int32(PACK_OPTIONS.axis) !== 0)
    throw op.unsupported('is supported for scalars only');
  if (op.inputs.length > 8) throw op.unsupported('is supported for shapes only');
  const values = op.inputs.map((_, position) => op.integers(position));
  if (values.some((value) => value.length !== 1)) throw op.unsupported('is supported for scalars only');
  foldIntegers(op, values.flat(), [values.length]);
}
