/**
 * What the fields of a record hold. From this follow a field's type, which memories an op is given, and what the native
 * engine demands of a Program before it runs it: scripts/generate_program.mjs makes the checks of it.
 */
import type { LIMITS } from './limits';

/** What activations and weights are made of. 'q8': quantized values in the engine's own form (Geometry.q8). */
export type Element = 'f32' | 'f16' | 'q8' | 'i16';
export type Memory = 'arena' | 'weights' | 'scratch';
export type Limit = keyof typeof LIMITS;

export type Field =
  /** Any number, or an integer that only other fields bound. */
  | { readonly kind: 'f32' | 'i32' }
  /** 1 to the limit, a multiple of `multiple`. */
  | { readonly kind: 'size'; readonly limit: Limit; readonly multiple: number }
  | { readonly kind: 'range'; readonly least: number; readonly most: number | Limit }
  /** A quantized value in the engine's own form, at least that of the field `from`. */
  | { readonly kind: 'value'; readonly from?: string }
  /** What makes indices from 0 of such values: 128 where they are signed bytes, 0 where unsigned. */
  | { readonly kind: 'index_offset' }
  /** How much of what the field `of` counts a chunk has: a multiple of `multiple`. An op has a chunk for each combination. */
  | { readonly kind: 'share'; readonly of: string; readonly multiple: number }
  /**
   * The address in the arena of field_height times field_width pixels, or of `pixels`, that are field_stride elements
   * apart: of each the field `channels`, rounded up to `lanes`. Elements are the op's own where nothing is said.
   */
  | { readonly kind: 'picture'; readonly element?: Element; readonly lanes: number }
  /** The address of `times` the field `count` elements. */
  | {
      readonly kind: 'span';
      readonly memory: Memory;
      readonly element?: Element;
      readonly count?: string;
      readonly times: number;
    }
  /** An address whose reach the op's own checks know. */
  | { readonly kind: 'address'; readonly memory: Memory };

export const i32 = { kind: 'i32' } as const;
export const f32 = { kind: 'f32' } as const;
export const value = { kind: 'value' } as const;
export const indexOffset = { kind: 'index_offset' } as const;

export function size(limit: Limit = 'size', multiple = 1): Field {
  return { kind: 'size', limit, multiple };
}
export function range(least: number, most: number | Limit): Field {
  return { kind: 'range', least, most };
}
export function valueFrom(from: string): Field {
  return { kind: 'value', from };
}
export function shareOf(of: string, multiple = 1): Field {
  return { kind: 'share', of, multiple };
}
export function picture(element?: Element, lanes = 1): Field {
  return { kind: 'picture', element, lanes };
}
export function span(memory: Memory, element: Element | undefined, count: string | number, times = 1): Field {
  return typeof count === 'number'
    ? { kind: 'span', memory, element, times: count }
    : { kind: 'span', memory, element, count, times };
}
export function address(memory: Memory): Field {
  return { kind: 'address', memory };
}

/** The memories that an op with these fields reads or writes. */
export function memoriesOf(fields: { readonly [field: string]: Field }): Set<Memory> {
  const memories = new Set<Memory>();
  for (const field of Object.values(fields)) {
    if (field.kind === 'picture') memories.add('arena');
    else if (field.kind === 'span' || field.kind === 'address') memories.add(field.memory);
  }
  return memories;
}

/** Fields that several ops share. */
export const inputPicture = {
  input: picture(),
  input_height: size('height'),
  input_width: size('height'),
  input_stride: size(),
};
export const outputPicture = {
  output: picture(),
  output_height: size('height'),
  output_width: size('height'),
  output_stride: size(),
};
export const window = {
  kernel_height: size('window'),
  kernel_width: size('window'),
  stride_height: size('window'),
  stride_width: size('window'),
  dilation_height: size('window'),
  dilation_width: size('window'),
  pad_top: range(0, 'window'),
  pad_left: range(0, 'window'),
};
/**
 * Chunk c is piece c of the output picture in row-major order: `rows_per_chunk` rows of `columns_per_chunk` columns, fewer
 * at the bottom and on the right. The parts of an inverted residual are cut by that op instead.
 */
export const piece = { rows_per_chunk: shareOf('output_height'), columns_per_chunk: shareOf('output_width') };
/** Channels of a piece or of all pixels: chunks of the same piece follow one another. */
export const channelsPerChunk = { channels_per_chunk: shareOf('channels', 8) };
/** `pixels` of a tensor, whatever their shape. A chunk is `pixels_per_chunk` pixels. */
export const pixels = { pixels: i32, channels: size(), pixels_per_chunk: shareOf('pixels') };
/** A function of pixels, or of each value. */
export function flat(input?: Element, output?: Element) {
  return {
    input: picture(input),
    input_stride: size(),
    output: picture(output),
    output_stride: size(),
    ...pixels,
  };
}
/** Two pictures of equal shape. Kernels go through `lanes` channels at once. */
export function twoInputs(lanes = 1) {
  return {
    a: picture(undefined, lanes),
    a_stride: size(),
    b: picture(undefined, lanes),
    b_stride: size(),
    output: picture(undefined, lanes),
    output_stride: size(),
    ...pixels,
  };
}
/** Results are clamped to [lo, hi]. */
export const clamp = { lo: f32, hi: f32 };
/** Results are clamped to [lo, hi], values of the engine's form. */
export const bounds = { lo: value, hi: valueFrom('lo') };
/** y = clamp(rint(float(sum) * scale[n]) + output_zero, lo, hi): the requantization of integer ops, in float32, ties to even. */
export const requantize = { output_zero: value, ...bounds };
/** small_sums is 1 where it is proven that every |sum| < 2^22 and every |sum * scale[n]| < 2^15: kernels may round faster. */
export const requantizeSums = { ...requantize, small_sums: i32 };
