/** Quantization parameters of TFLite tensors: read, and checked as TFLite itself checks them. */

import type { DataType, Quantization, Tensor } from '../../graph/graph';
import type { Conv2D, Dense, DepthwiseConv2D } from '../../ops';
import { modelInvalid, modelUnsupported } from '../shared/failures';
import type { FlatTable } from './flatbuffer_table';
import { QUANTIZATION } from './schema';

const INTEGER_RANGES: Partial<Record<DataType, [number, number]>> = {
  uint8: [0, 255],
  int8: [-128, 127],
  int32: [-(2 ** 31), 2 ** 31 - 1],
};

/** The quantization of a tensor of `type`; undefined where it has none. Throws MODEL_INVALID if it is inconsistent. */
export function readQuantization(
  table: FlatTable,
  type: DataType,
  shape: readonly number[],
  name: string,
): Quantization | undefined {
  const range = INTEGER_RANGES[type];
  if (!range) return undefined;
  if (table.uint8(QUANTIZATION.detailsType) !== 0) throw modelUnsupported(`${name} has a custom quantization`);
  const scale = table.float32s(QUANTIZATION.scale);
  const zeroPoint = table.int64s(QUANTIZATION.zeroPoint);
  if (scale.length === 0) return undefined;
  // Some converters give a bias the axis of its filter, but a vector has only one.
  const axis = shape.length === 1 || scale.length === 1 ? 0 : table.int32(QUANTIZATION.quantizedDimension);
  const invalid = (expected: string, received: unknown) =>
    modelInvalid(`Expected ${expected} in the quantization of ${name} but received ${received}`);
  // NaN is sorted last.
  const [least, greatest] = extremes(scale);
  if (!(least > 0 && greatest < Number.POSITIVE_INFINITY))
    throw invalid('scales above 0', least > 0 ? greatest : least);
  if (zeroPoint.length !== 0 && zeroPoint.length !== scale.length) {
    throw invalid(`${scale.length} zero points`, zeroPoint.length);
  }
  const [lowest, highest] = zeroPoint.length === 0 ? [0n, 0n] : extremes(zeroPoint);
  if (lowest < range[0] || highest > range[1]) {
    throw invalid(`zero points of ${range.join('..')}`, lowest < range[0] ? lowest : highest);
  }
  if (scale.length > 1 && shape[axis] !== scale.length) {
    throw invalid(`one scale for each index of axis ${axis} of [${shape.join(', ')}]`, `${scale.length} scales`);
  }
  const same = lowest === highest;
  return {
    scale,
    zeroPoint: same ? new Int32Array(scale.length).fill(Number(lowest)) : Int32Array.from(zeroPoint, Number),
    axis,
  };
}

/**
 * The least and the greatest value. A model has tens of thousands of scales: sorting is native code, but a loop would be
 * worth compiling, which takes more memory than the whole model.
 */
function extremes<Value extends number | bigint>(values: { slice(): { sort(): ArrayLike<Value> } }): [Value, Value] {
  const sorted = values.slice().sort();
  return [sorted[0], sorted[sorted.length - 1]];
}

/** True if two activations mean the same by the same integers (always for float32). */
export function sameQuantization(a: Tensor, b: Tensor): boolean {
  if (!a.quantization || !b.quantization) return a.quantization === b.quantization;
  const [from, to] = [a.quantization, b.quantization];
  return from.zeroPoint[0] === to.zeroPoint[0] && Math.abs(from.scale[0] - to.scale[0]) <= 1e-6 * from.scale[0];
}

/**
 * Throws MODEL_INVALID unless the parameters of a layer fit together: scales along the output channels only, and the
 * bias in steps of input scale * filter scale (TFLite's tolerance: 2 % of the output's scale, per tensor only).
 */
export function checkLayerQuantization(
  where: string,
  { inputs: [input], filter, bias, output }: Conv2D | DepthwiseConv2D | Dense,
  channelAxis: number,
): void {
  const { quantization } = filter;
  if (!quantization || input.type === 'float32') return;
  if (quantization.scale.length > 1 && quantization.axis !== channelAxis) {
    throw modelInvalid(
      `${where}: expected scales along axis ${channelAxis} but they are along axis ${quantization.axis}`,
    );
  }
  if (!bias || !input.quantization || !output.quantization) return;
  if (!bias.quantization) throw modelInvalid(`${where}: expected a quantized bias but ${bias.name} has no scale`);
  if (quantization.scale.length > 1) return;
  const product = input.quantization.scale[0] * quantization.scale[0];
  if (Math.abs(product - bias.quantization.scale[0]) > 0.02 * output.quantization.scale[0]) {
    throw modelInvalid(
      `${where}: expected a bias scale of ${product} (input times filter) but it is ${bias.quantization.scale[0]}`,
    );
  }
}
