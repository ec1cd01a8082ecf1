/**
 * The instruction set of a Program: the single truth of opcodes and fields. `scripts/generate_program.mjs` turns it into
 * the structs, the dispatch and the checks of native/generated and assembly/generated, `listing.ts` prints it, and the compiler
 * writes records of it.
 *
 * A record is a run of 32-bit words: the header (opcode, words, chunks), then the op's fields in order.
 * `words` is the length of the whole record, so that an engine can step over it. `chunks` is how many
 * independent pieces of work the op is cut into: they may run in any order and on any thread, and the
 * answer never depends on how they are dealt.
 *
 * Addresses are byte offsets: of activations and scratch from the arena (scratch of thread t lies t * scratchBytes behind),
 * of weights from the weights. Activations are NHWC, one picture; `*_stride` is the distance between two
 * pixels in elements, at least the channel count rounded up to 8. Values in the lanes between are arbitrary.
 *
 * Ops of halves (f16_*) read and write IEEE binary16 numbers.
 *
 * Integer ops (q8_*) read and write the 8-bit values of quantized models in the engine's own form (Geometry.q8):
 * unsigned bytes (the values of an int8 model plus 128), signed bytes (those of a uint8 model minus 128), or 16-bit
 * integers minus their zero point. All their zero points, bounds and offsets are in that form. Their pixel strides are at least the channels rounded up to 16.
 */

import {
  address,
  bounds,
  channelsPerChunk,
  clamp,
  type Element,
  type Field,
  f32,
  flat,
  i32,
  indexOffset,
  inputPicture,
  outputPicture,
  picture,
  piece,
  range,
  requantize,
  requantizeSums,
  shareOf,
  size,
  span,
  twoInputs,
  value,
  window,
} from './fields';
import { UNARY_NAMES } from './unary';

/** An op. Its functions: run_op(), of the record's type, in native/ops, and run_<name>() in assembly/ops. */
export interface OpSchema {
  /** What its activations are; ops of halves are native only. Without: those of its parts. */
  readonly element?: Exclude<Element, 'i16'>;
  readonly opcode: number;
  readonly doc: string;
  /** Whether native/validate.cc has checks of its own for it, besides those of its fields. */
  readonly ownChecks?: true;
  /** Whether records follow inside its own. */
  readonly hasParts?: true;
  readonly fields: { readonly [field: string]: Field };
}

/** What every record starts with. */
export const HEADER = { opcode: i32, words: i32, chunks: i32 };

/** All but the ops of halves. */
const WIDE_SCHEMA = {
  conv: {
    element: 'f32',
    opcode: 1,
    doc: 'Convolution with any window: gathers rows of patches [output_width][kernel_height * kernel_width * input_channels] into scratch at `patches`, then multiplies them like `pointwise`. A chunk is a piece of the output.',
    ownChecks: true,
    fields: {
      ...inputPicture,
      input_channels: size(),
      ...outputPicture,
      ...window,
      n: size('size', 8),
      weights: address('weights'),
      patches: address('scratch'),
      ...piece,
      ...clamp,
    },
  },
  pointwise: {
    element: 'f32',
    opcode: 2,
    doc: '1x1 convolution or dense layer: output[m][n] = clamp(bias[n] + sum over k of input[m][k] * weights[k][n]), and where `residual` is not -1, then clamp(that + residual[m][n], sum_lo, sum_hi). Weights are panels of columns, each bias[width] then [k][width]; n is a multiple of 8. Chunk c is rows block c % ceil(m / m_block) of columns block c / ceil(m / m_block).',
    ownChecks: true,
    fields: {
      input: picture(),
      input_stride: size(),
      output: picture(),
      output_stride: size(),
      residual: address('arena'),
      residual_stride: i32,
      m: i32,
      k: size(),
      n: size('size', 8),
      weights: address('weights'),
      m_block: shareOf('m'),
      n_block: shareOf('n'),
      ...clamp,
      sum_lo: f32,
      sum_hi: f32,
    },
  },
  depthwise: {
    element: 'f32',
    opcode: 3,
    doc: 'Depthwise convolution. Weights are groups of channels, each bias[group] then [kernel_height * kernel_width][group]. `pad_row` is room in scratch for one input row of zeros. A chunk is a piece of the output.',
    ownChecks: true,
    fields: {
      ...inputPicture,
      ...outputPicture,
      ...window,
      channels: size(),
      weights: address('weights'),
      pad_row: address('scratch'),
      ...piece,
      ...clamp,
    },
  },
  inverted_residual: {
    opcode: 4,
    doc: 'A bottleneck whose expanded tensor lives in scratch only. Three ordinary records follow inside this one: the expansion (pointwise, or conv: the stem), the depthwise, the projection (pointwise), all float32, all q8 or all f16. The expansion writes a ring of `window_rows` rows at scratch `window` (row y of the expanded picture is ring row y % window_rows), the depthwise reads it and writes `band_rows` rows at scratch `band`, the projection reads those. A chunk is `rows_per_chunk` output rows.',
    hasParts: true,
    ownChecks: true,
    fields: {
      window: address('scratch'),
      window_rows: size('height'),
      band: address('scratch'),
      band_rows: size('height'),
      rows_per_chunk: i32,
    },
  },
  add: {
    element: 'f32',
    opcode: 5,
    doc: 'output = clamp(a + b), pixel by pixel. A chunk is `pixels_per_chunk` pixels.',
    fields: {
      ...twoInputs(),
      ...clamp,
    },
  },
  pool: {
    element: 'f32',
    opcode: 6,
    doc: 'Average (is_max = 0) or maximum (1) over a window; padding is not counted. A chunk is `channels_per_chunk` channels, a multiple of 8, of a piece of the output; those of a piece follow one another.',
    fields: {
      ...inputPicture,
      ...outputPicture,
      ...window,
      channels: size(),
      is_max: i32,
      ...piece,
      ...channelsPerChunk,
      ...clamp,
    },
  },
  softmax: {
    element: 'f32',
    opcode: 7,
    doc: 'exp(beta * (x - max)) / sum over the channels of every pixel. A chunk is `pixels_per_chunk` pixels.',
    fields: {
      ...flat(),
      beta: f32,
    },
  },
  unary: {
    element: 'f32',
    opcode: 8,
    doc: 'y = function(x), by its number in lib/program/unary.ts. A chunk is `pixels_per_chunk` pixels.',
    fields: {
      ...flat(),
      function: range(0, UNARY_NAMES.length - 1),
    },
  },
  q8_conv: {
    element: 'q8',
    opcode: 9,
    doc: 'Integer convolution, like `conv`: gathers rows of patches into scratch at `patches`, `patch_stride` values a pixel (those beyond the window are arbitrary), places outside the picture as `input_zero`, then multiplies them like `q8_pointwise`. A chunk is a piece of the output.',
    ownChecks: true,
    fields: {
      ...inputPicture,
      input_channels: size(),
      input_zero: value,
      ...outputPicture,
      ...window,
      n: size('size', 8),
      weights: address('weights'),
      chain: i32,
      extras: address('weights'),
      patches: address('scratch'),
      patch_stride: size(),
      ...piece,
      ...requantizeSums,
    },
  },
  q8_pointwise: {
    element: 'q8',
    opcode: 10,
    doc: 'Integer 1x1 convolution or dense layer, like `pointwise`: sum = bias[n] + sum over k of input[m][k] * weights[k][n] in int32 (bias holds what the zero points contribute), then the requantization. Weights at `weights` are panels of columns, each bias[width] as i32, scale[width] as f32, then by packing: pairs (chain = 0): [ceil(k / 2)][width][2] as i16; chain (chain 1, 2, 4): [ceil(k / 4)][width][4] as i8, of which `chain` quads one after the other may be summed in 16 bits, see lib/compile/pack_chain.ts; weights beyond that are at `extras`; or (chain -1, -2) the same for weights that multiply input - 128; quads: [ceil(k / 4)][width][4] as i8 without such limits, weights beyond [-127, 127] at `extras`; sixteens: the same [ceil(k / 16)][width][16]. Chunks as in `pointwise`.',
    ownChecks: true,
    fields: {
      input: picture(),
      input_stride: size(),
      output: picture(),
      output_stride: size(),
      m: i32,
      k: size(),
      n: size('size', 8),
      weights: address('weights'),
      chain: i32,
      extras: address('weights'),
      m_block: shareOf('m'),
      n_block: shareOf('n'),
      ...requantizeSums,
    },
  },
  q8_depthwise: {
    element: 'q8',
    opcode: 11,
    doc: 'Integer depthwise convolution. Weights are groups of channels, each bias[group] as i32, scale[group] as f32, then [kernel_height * kernel_width][group] as i16. Places outside the picture count as `input_zero`; `pad_row` is room in scratch for one input row of it. A chunk is a piece of the output.',
    ownChecks: true,
    fields: {
      ...inputPicture,
      input_zero: value,
      ...outputPicture,
      ...window,
      channels: size(),
      weights: address('weights'),
      pad_row: address('scratch'),
      ...piece,
      ...requantizeSums,
    },
  },
  q8_add: {
    element: 'q8',
    opcode: 12,
    doc: 'y = clamp(((a * a_multiplier + b * b_multiplier + bias) >> shift) + output_zero, lo, hi), all in int32, the shift arithmetic; bias holds the rounding and the zero points.',
    fields: {
      ...twoInputs(16),
      a_multiplier: i32,
      b_multiplier: i32,
      bias: i32,
      shift: range(0, 31),
      ...requantize,
    },
  },
  q8_pool: {
    element: 'q8',
    opcode: 13,
    doc: 'Integer average (is_max = 0) or maximum (1). The average is of the values as the model file stores them, value + raw_offset: the sum divided by the number of taps inside the picture, halves away from zero; then minus raw_offset, then clamped. Chunks as in `pool`.',
    fields: {
      ...inputPicture,
      ...outputPicture,
      ...window,
      channels: size(),
      is_max: i32,
      raw_offset: range(-255, 255),
      ...piece,
      ...channelsPerChunk,
      ...bounds,
    },
  },
  q8_mean: {
    element: 'q8',
    opcode: 14,
    doc: 'Mean over the whole picture: sum = sum of (value - input_zero) in int32, then the requantization with `scale`. A chunk is `channels_per_chunk` channels, a multiple of 8.',
    fields: {
      input: picture(),
      input_stride: size(),
      input_zero: value,
      pixels: size('mean_pixels'),
      output: span('arena', 'q8', 'channels'),
      channels: size(),
      ...channelsPerChunk,
      scale: f32,
      ...requantize,
    },
  },
  q8_lookup: {
    element: 'q8',
    opcode: 15,
    doc: 'y = table[value + table_offset], 256 entries as i16: any function of one value. A chunk is `pixels_per_chunk` pixels.',
    fields: {
      ...flat(),
      table: span('weights', 'i16', 256),
      table_offset: indexOffset,
    },
  },
  q8_softmax: {
    element: 'q8',
    opcode: 16,
    doc: 'Over the channels of every pixel: t = table[max - value], 256 entries as f32; y = clamp(round(t / (sum of t, in order, in float32, * output_scale)) + output_zero, lo, hi), halves away from zero. A chunk is `pixels_per_chunk` pixels.',
    fields: {
      ...flat(),
      table: span('weights', 'f32', 256),
      output_scale: f32,
      ...requantize,
    },
  },
  q8_quantize: {
    element: 'q8',
    opcode: 17,
    doc: 'float32 to integers: y = clamp(rint(value * inverse_scale) + output_zero, lo, hi). A chunk is `pixels_per_chunk` pixels.',
    fields: {
      ...flat('f32', 'q8'),
      inverse_scale: f32,
      ...requantize,
    },
  },
  q8_dequantize: {
    element: 'q8',
    opcode: 18,
    doc: 'Integers to float32: y = (value - input_zero) * scale. A chunk is `pixels_per_chunk` pixels.',
    fields: {
      ...flat('q8', 'f32'),
      input_zero: value,
      scale: f32,
    },
  },
} as const satisfies { readonly [name: string]: OpSchema };

const { conv, pointwise, depthwise, add, pool } = WIDE_SCHEMA;
const f16 = 'f16' as const;
export const SCHEMA = {
  ...WIDE_SCHEMA,
  f16_conv: { ...conv, element: f16, opcode: 19, doc: '`conv` of halves, weights too.' },
  f16_pointwise: { ...pointwise, element: f16, opcode: 20, doc: '`pointwise` of halves, weights too.' },
  f16_depthwise: { ...depthwise, element: f16, opcode: 21, doc: '`depthwise` of halves, weights too.' },
  f16_add: { ...add, element: f16, opcode: 22, doc: '`add` of halves.' },
  f16_pool: {
    element: f16,
    opcode: 23,
    doc: '`pool` of halves, summed in float32. `sums` is room in scratch for twice the channels in float32.',
    fields: { ...pool.fields, sums: span('scratch', 'f32', 'channels', 2) },
  },
  f16_from_f32: {
    element: f16,
    opcode: 24,
    doc: 'float32 to halves, to nearest, ties to even. A chunk is `pixels_per_chunk` pixels.',
    fields: flat('f32', 'f16'),
  },
  f16_to_f32: {
    element: f16,
    opcode: 25,
    doc: 'Halves to float32. A chunk is `pixels_per_chunk` pixels.',
    fields: flat('f16', 'f32'),
  },
} as const satisfies { readonly [name: string]: OpSchema };

export type OpName = keyof typeof SCHEMA;
export type Fields<Name extends OpName> = { [field in keyof (typeof SCHEMA)[Name]['fields']]: number };

/** An op before it is encoded; `parts` are the records nested in an inverted residual. */
export interface Op<Name extends OpName = OpName> {
  name: Name;
  chunks: number;
  fields: Fields<Name>;
  parts?: Op[];
}

export const NO_RESIDUAL = -1;

const headerWords = Object.keys(HEADER).length;

/** How many words an op takes, its parts included. */
export function wordCount(op: Op): number {
  const own = headerWords + Object.keys(SCHEMA[op.name].fields).length;
  return (op.parts ?? []).reduce((sum, part) => sum + wordCount(part), own);
}

/** Encodes ops one after the other. Throws RangeError if a field is missing or an integer does not fit 32 bits. */
export function encode(ops: readonly Op[]): Int32Array {
  const words = new Int32Array(ops.reduce((sum, op) => sum + wordCount(op), 0));
  const floats = new Float32Array(words.buffer);
  let at = 0;
  const writeOp = (op: Op): void => {
    words[at++] = SCHEMA[op.name].opcode;
    words[at++] = wordCount(op);
    words[at++] = op.chunks;
    const values = op.fields as Record<string, number>;
    for (const [field, { kind }] of Object.entries<Field>(SCHEMA[op.name].fields)) {
      const value = values[field];
      if (kind === 'f32') {
        if (typeof value !== 'number') {
          throw new RangeError(`${op.name}.${field}: expected a number but received ${value}`);
        }
        floats[at++] = value;
      } else {
        if (!Number.isInteger(value) || value !== (value | 0)) {
          throw new RangeError(`${op.name}.${field}: expected a 32-bit integer but received ${value}`);
        }
        words[at++] = value;
      }
    }
    for (const part of op.parts ?? []) writeOp(part);
  };
  for (const op of ops) writeOp(op);
  return words;
}
