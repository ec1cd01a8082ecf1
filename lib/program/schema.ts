/**
 * The instruction set of a Program: the single truth of opcodes and fields. `generate.ts` turns it into
 * native/program.h and assembly/program.ts, `listing.ts` prints it, and the compiler writes records of it.
 *
 * A record is a run of 32-bit words: the header (opcode, words, chunks), then the op's fields in order.
 * `words` is the length of the whole record, so that an engine can step over it. `chunks` is how many
 * independent pieces of work the op is cut into: they may run in any order and on any thread, and the
 * answer never depends on how they are dealt.
 *
 * Addresses are byte offsets: of activations from the arena, of scratch from the running thread's scratch,
 * of weights from the weights. Activations are NHWC, one picture; `*_stride` is the distance between two
 * pixels in elements, at least the channel count rounded up to 8. Values in the lanes between are arbitrary.
 */

export type FieldType = 'i32' | 'f32';

const i32 = 'i32' as const;
const f32 = 'f32' as const;

export const HEADER = { opcode: i32, words: i32, chunks: i32 } as const;

const inputPicture = { input: i32, input_height: i32, input_width: i32, input_stride: i32 } as const;
const outputPicture = { output: i32, output_height: i32, output_width: i32, output_stride: i32 } as const;
const window = {
  kernel_height: i32,
  kernel_width: i32,
  stride_height: i32,
  stride_width: i32,
  dilation_height: i32,
  dilation_width: i32,
  pad_top: i32,
  pad_left: i32,
} as const;
/** Results are clamped to [lo, hi]. */
const clamp = { lo: f32, hi: f32 } as const;

export const SCHEMA = {
  conv: {
    opcode: 1,
    doc: 'Convolution with any window: gathers rows of patches [output_width][kernel_height * kernel_width * input_channels] into scratch at `patches`, then multiplies them like `pointwise`. A chunk is `rows_per_chunk` output rows.',
    fields: {
      ...inputPicture,
      input_channels: i32,
      ...outputPicture,
      ...window,
      n: i32,
      weights: i32,
      patches: i32,
      rows_per_chunk: i32,
      ...clamp,
    },
  },
  pointwise: {
    opcode: 2,
    doc: '1x1 convolution or dense layer: output[m][n] = clamp(bias[n] + sum over k of input[m][k] * weights[k][n]), and where `residual` is not -1, then clamp(that + residual[m][n], sum_lo, sum_hi). Weights are panels of columns, each bias[width] then [k][width]; n is a multiple of 8. Chunk c is rows block c % ceil(m / m_block) of columns block c / ceil(m / m_block).',
    fields: {
      input: i32,
      input_stride: i32,
      output: i32,
      output_stride: i32,
      residual: i32,
      residual_stride: i32,
      m: i32,
      k: i32,
      n: i32,
      weights: i32,
      m_block: i32,
      n_block: i32,
      ...clamp,
      sum_lo: f32,
      sum_hi: f32,
    },
  },
  depthwise: {
    opcode: 3,
    doc: 'Depthwise convolution. Weights are groups of channels, each bias[group] then [kernel_height * kernel_width][group]. `pad_row` is room in scratch for one input row of zeros. A chunk is `rows_per_chunk` output rows.',
    fields: {
      ...inputPicture,
      ...outputPicture,
      ...window,
      channels: i32,
      weights: i32,
      pad_row: i32,
      rows_per_chunk: i32,
      ...clamp,
    },
  },
  inverted_residual: {
    opcode: 4,
    doc: 'A bottleneck whose expanded tensor lives in scratch only. Three ordinary records follow inside this one: the expansion (pointwise), the depthwise, the projection (pointwise). The expansion writes a ring of `window_rows` rows at scratch `window` (row y of the expanded picture is ring row y % window_rows), the depthwise reads it and writes `band_rows` rows at scratch `band`, the projection reads those. A chunk is `rows_per_chunk` output rows.',
    fields: { window: i32, window_rows: i32, band: i32, band_rows: i32, rows_per_chunk: i32 },
  },
  add: {
    opcode: 5,
    doc: 'output = clamp(a + b), pixel by pixel. A chunk is `pixels_per_chunk` pixels.',
    fields: {
      a: i32,
      a_stride: i32,
      b: i32,
      b_stride: i32,
      output: i32,
      output_stride: i32,
      pixels: i32,
      channels: i32,
      pixels_per_chunk: i32,
      ...clamp,
    },
  },
  pool: {
    opcode: 6,
    doc: 'Average (is_max = 0) or maximum (1) over a window; padding is not counted. A chunk is one output row.',
    fields: { ...inputPicture, ...outputPicture, ...window, channels: i32, is_max: i32, ...clamp },
  },
  softmax: {
    opcode: 7,
    doc: 'exp(beta * (x - max)) / sum over the channels of every pixel. One chunk.',
    fields: {
      input: i32,
      input_stride: i32,
      output: i32,
      output_stride: i32,
      pixels: i32,
      channels: i32,
      beta: f32,
    },
  },
  sigmoid: {
    opcode: 8,
    doc: '1 / (1 + exp(-x)). One chunk.',
    fields: { input: i32, input_stride: i32, output: i32, output_stride: i32, pixels: i32, channels: i32 },
  },
} as const;

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

/** Encodes ops one after the other. Throws RangeError if an integer field does not fit 32 bits. */
export function encode(ops: readonly Op[]): Int32Array {
  const words = new Int32Array(ops.reduce((sum, op) => sum + wordCount(op), 0));
  const floats = new Float32Array(words.buffer);
  let at = 0;
  const writeOp = (op: Op): void => {
    words[at++] = SCHEMA[op.name].opcode;
    words[at++] = wordCount(op);
    words[at++] = op.chunks;
    const values = op.fields as Record<string, number>;
    for (const [field, type] of Object.entries(SCHEMA[op.name].fields)) {
      const value = values[field];
      if (type === 'f32') {
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
