/** Values on their way between their own type, dense, and a port of the arena. */
import { halfToFloat } from '../base/half_float';
import { elementCount, type TensorValues } from '../graph/graph';
import { PORT_ARRAYS, type Port } from './program';

/** An element of the arena, or several. */
export type ArenaValues = InstanceType<(typeof PORT_ARRAYS)[keyof typeof PORT_ARRAYS]>;

const OWN_ARRAYS = { float32: Float32Array, uint8: Uint8Array, int8: Int8Array } as const;

export function channelsOf({ shape }: Pick<Port, 'shape'>): number {
  return shape[shape.length - 1];
}

export function pixelsOf({ shape }: Pick<Port, 'shape'>): number {
  return elementCount(shape) / channelsOf({ shape });
}

/** After how many words of ops all ports hold their values. */
export function lastWord(ports: readonly Port[]): number {
  return ports.reduce((last, { afterWord }) => Math.max(last, afterWord), 0);
}

/** A new array of a port's own type, for as many values as it has. */
export function newValues({ own, shape }: Pick<Port, 'own' | 'shape'>): TensorValues {
  return new OWN_ARRAYS[own](elementCount(shape));
}

/** The values in `buffer`, which has what newValues() would make. */
export function valuesIn(buffer: ArrayBuffer, { own }: Pick<Port, 'own'>): TensorValues {
  return new OWN_ARRAYS[own](buffer);
}

/** Where a port lies in the memory that begins at `arena`, gaps between pixels included. */
export function arenaValues(memory: ArrayBufferLike, arena: number, port: Port): ArenaValues {
  const length = (pixelsOf(port) - 1) * port.stride + channelsOf(port);
  return new PORT_ARRAYS[port.type](memory as ArrayBuffer, arena + port.offset, length);
}

/** Writes dense values of the port's own type to where it lies. */
export function writePort(values: TensorValues, to: ArenaValues, port: Port): void {
  const { shift, stride } = port;
  const channels = channelsOf(port);
  if (shift === 0 && stride === channels) {
    to.set(values);
    return;
  }
  for (let source = 0, target = 0; source < values.length; source += channels, target += stride) {
    for (let c = 0; c < channels; c++) to[target + c] = values[source + c] + shift;
  }
}

/** A dense copy of a port's values in its own type. */
export function readPort(from: ArenaValues, port: Port): TensorValues {
  const { shift, stride } = port;
  const channels = channelsOf(port);
  const values = newValues(port);
  if (port.type === 'float16') {
    for (let source = 0, target = 0; target < values.length; source += stride, target += channels) {
      for (let c = 0; c < channels; c++) values[target + c] = halfToFloat(from[source + c]);
    }
  } else if (shift === 0 && stride === channels) {
    values.set(from);
  } else {
    for (let source = 0, target = 0; target < values.length; source += stride, target += channels) {
      for (let c = 0; c < channels; c++) values[target + c] = from[source + c] - shift;
    }
  }
  return values;
}
