/** Packs weights in the addon, into memory that a session takes over: JavaScript would take ten times the time and memory. */

import { messageOf, typedArrayKind } from '../../base/bytes';
import { MobileNetEdgeError } from '../../base/errors';
import type { Tensor } from '../../graph/graph';
import type { Conv2D, Dense, DepthwiseConv2D } from '../../ops';
import type { Packer, Q8Packed, Q8PackedPanels, WeightSizes } from '../../ops/packer';
import { formOf, scaleOf } from '../../ops/quantized';
import type { PackedWeights, PanelGeometry, Q8Geometry } from '../../program/program';

/** What the addon wants to know of a quantized layer. */
interface Layer {
  /** [outputs, k]; of a depthwise layer [k, outputs]. */
  levels: Int8Array | Uint8Array;
  /** Of each output or of all. */
  zeroPoints: Int32Array;
  scales: Float64Array;
  bias: Int32Array | undefined;
  k: number;
  inputScale: number;
  outputScale: number;
  inputZero: number;
  inputLo: number;
  inputHi: number;
}

/** Or halves, as bits. */
type Floats = Float32Array | Uint16Array;

/** The addon's class Weights. Methods throw OUT_OF_MEMORY, and TypeErrors for what this package should never pass. */
export interface AddonWeights {
  byteLength(): number;
  add(table: Float32Array | Int16Array): number;
  panels(filter: Floats, bias: Floats | undefined, k: number, panel: number, lastPanel: number): number;
  depthwise(filter: Floats, bias: Floats | undefined, channels: number, channelGroup: number): number;
  q8Panels(layer: Layer, geometry: Q8Geometry): Q8PackedPanels;
  q8Depthwise(layer: Layer, geometry: Q8Geometry): Q8Packed;
  /** For tests: a copy. */
  readMemory(): ArrayBuffer;
}
export type NewAddonWeights = new (limitBytes: number, expectedBytes: number) => AddonWeights;

/** Packed weights in the addon, for one session to take over. */
export class NativeWeights implements PackedWeights {
  readonly byteLength: number;
  readonly weights: AddonWeights;

  constructor(weights: AddonWeights) {
    this.byteLength = weights.byteLength();
    this.weights = weights;
  }
}

interface Constructor<Values> {
  new (values: ArrayLike<number>): Values;
  readonly name: string;
}

/** The same array if it is one of this type. */
function arrayOf<Values extends ArrayLike<number>>(type: Constructor<Values>, values: ArrayLike<number>): Values {
  return typedArrayKind(values) === type.name ? (values as Values) : new type(values);
}

function floats(tensor: Tensor | undefined): Floats | undefined {
  return tensor?.data && arrayOf<Floats>(tensor.type === 'float16' ? Uint16Array : Float32Array, tensor.data);
}

function layerOf(
  { inputs, output, filter, bias }: Conv2D | Dense | DepthwiseConv2D,
  k: number,
  geometry: Q8Geometry,
): Layer {
  const [input] = inputs;
  const { zero, lo, hi } = formOf(input, geometry.type);
  const { zeroPoint, scale } = filter.quantization!;
  return {
    levels: filter.data as Int8Array | Uint8Array,
    zeroPoints: arrayOf(Int32Array, zeroPoint.length ? zeroPoint : [0]),
    scales: arrayOf(Float64Array, scale),
    bias: bias?.data && arrayOf(Int32Array, bias.data),
    k,
    inputScale: scaleOf(input),
    outputScale: scaleOf(output),
    inputZero: zero,
    inputLo: lo,
    inputHi: hi,
  };
}

export class NativePacker implements Packer<NativeWeights> {
  readonly #weights: AddonWeights;

  constructor(Weights: NewAddonWeights, { limitBytes, expectedBytes }: WeightSizes) {
    this.#weights = orOutOfMemory(limitBytes, () => new Weights(limitBytes, expectedBytes));
  }

  panels(filter: Tensor, bias: Tensor | undefined, k: number, { panel, lastPanel }: PanelGeometry): number {
    return this.#pack((weights) => weights.panels(floats(filter)!, floats(bias), k, panel, lastPanel));
  }

  depthwise(filter: Tensor, bias: Tensor | undefined, { channelGroup }: PanelGeometry): number {
    return this.#pack((weights) => weights.depthwise(floats(filter)!, floats(bias), filter.shape[3], channelGroup));
  }

  q8Panels(node: Conv2D | Dense, k: number, geometry: Q8Geometry): Q8PackedPanels {
    return this.#pack((weights) => weights.q8Panels(layerOf(node, k, geometry), geometry));
  }

  q8Depthwise(node: DepthwiseConv2D, geometry: Q8Geometry): Q8Packed {
    const { data, shape } = node.filter;
    return this.#pack((weights) => weights.q8Depthwise(layerOf(node, data!.length / shape[3], geometry), geometry));
  }

  add(table: Float32Array | Int16Array): number {
    return this.#pack((weights) => weights.add(table));
  }

  finish(): NativeWeights {
    return new NativeWeights(this.#weights);
  }

  #pack<Result>(action: (weights: AddonWeights) => Result): Result {
    return orOutOfMemory(this.#weights.byteLength(), () => action(this.#weights));
  }
}

/** What the addon makes of `bytes`. Throws OUT_OF_MEMORY. */
export function orOutOfMemory<Result>(bytes: number, action: () => Result): Result {
  try {
    return action();
  } catch (cause) {
    if ((cause as { code?: unknown }).code !== 'OUT_OF_MEMORY') throw internal(cause);
    throw new MobileNetEdgeError(
      'OUT_OF_MEMORY',
      `Could not allocate ${bytes} bytes for the model: use a smaller model or close others`,
      { cause },
    );
  }
}

/** The addon refuses only what this package should never have given it. */
export function internal(cause: unknown): MobileNetEdgeError {
  const reason = messageOf(cause);
  return new MobileNetEdgeError('INTERNAL', `The native addon refused its arguments (${reason}): please report this`, {
    cause,
  });
}
