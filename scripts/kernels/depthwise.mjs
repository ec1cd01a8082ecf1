/** 3x3 depthwise convolutions, a tile of neighbouring output pixels at a time. */
import { lines } from './lines.mjs';

/** Sums of `pixels` outputs that have tap `column - pixel * stride` of the window in input column `column`: those on the left first. */
function taps(multiply, { kernel, stride, pixels }, column) {
  return lines(pixels, (pixel) => {
    const tap = column - pixel * stride;
    return tap < 0 || tap >= kernel ? '' : `acc${pixel} = ${multiply}(acc${pixel}, v, k${tap});`;
  });
}

/** Columns of the input under a tile. */
const columnsOf = ({ kernel, stride, pixels }) => (pixels - 1) * stride + kernel;

/** 4 channels at a time: each row of the window by itself. */
export function floatDepthwise(shape) {
  const { kernel, stride, pixels } = shape;
  const name = `f32_dwconv_${kernel}x${kernel}_s${stride}`;
  const columns = columnsOf(shape);
  const row = (r) => `
    ${lines(kernel, (tap) => `k${tap} = v128.load(w, ${16 * (1 + r * kernel + tap)});`)}
    ${lines(columns, (column) => {
      const last = column === columns - 1;
      const step = last ? '' : column === 0 ? `p = row${r} + a_stride;` : 'p += a_stride;';
      return `v = v128.load(${column === 0 ? `row${r}` : 'p'});
        ${step}
        ${taps('mac', shape, column)}`;
    })}`;
  const registers = lines(kernel, (tap) => `k${tap}: v128,`).replaceAll('\n', ' ');
  return `// ${name}__wasmsimd: ${pixels} neighbouring output pixels of a ${kernel}x${kernel} depthwise convolution of stride ${stride}, 4 channels at a
// time, from ${columns} columns of three input rows. Rows of the window are kept apart by always-true branches, see
// f32_gemm_4x8.ts.
import { clamp, mac } from './vector';

// row0..row2: the first column of each row of the window; columns are a_stride bytes apart. w: groups of 4 channels,
// bias[4] then [${kernel * kernel}][4]. c: the first output pixel, pixels c_stride bytes apart. limits: the address of lo, hi.
export function ${name}(
  ${lines(kernel, (r) => `row${r}: usize,`)}
  a_stride: usize,
  w: usize,
  c: usize,
  c_stride: usize,
  channels: usize,
  limits: usize,
): void {
  const lo = v128.load32_splat(limits);
  const hi = v128.load32_splat(limits, 4);
  const end = w + channels * ${4 * (1 + kernel * kernel)};
  let ${registers} v: v128, p: usize;
  while (w < end) {
    ${lines(pixels, (pixel) => `let acc${pixel} = ${pixel === 0 ? 'v128.load(w)' : 'acc0'};`)}
    ${lines(kernel, (r) => (r === 0 ? row(r) : `if (end > ${r}) {${row(r)}\n}`))}
    ${lines(pixels, (pixel) => {
      if (pixel === 0) return 'v128.store(c, clamp(acc0, lo, hi));';
      return `${pixel === 1 ? 'p = c + c_stride;' : 'p += c_stride;'}
        v128.store(p, clamp(acc${pixel}, lo, hi));`;
    })}
    ${lines(kernel, (r) => `row${r} += 16;`)}
    c += 16;
    w += ${16 * (1 + kernel * kernel)};
  }
}
`;
}

/** What follows the columns of two rows as pairs: how many columns a block under an always-true branch has. */
const COLUMNS_OF_BLOCK = 3;

/** 4 pixels of 4 channels. Pairs for \`dot\` are the pixels of a column in the first two rows and neighbours in the third. */
export function integerDepthwise({ stride }) {
  const shape = { kernel: 3, stride, pixels: 4 };
  const name = `q8_dwconv_3x3_s${stride}`;
  const columns = columnsOf(shape);
  const pairOfRows = (column) => `
    v = zip(v128.load64_zero(p), v128.load64_zero(q));
    ${column === columns - 1 ? '' : 'p += a_stride;\nq += a_stride;'}
    ${taps('dot', shape, column)}`;
  const blocks = columns / COLUMNS_OF_BLOCK;
  const lastRow = stride === 1 ? overlappingPairs() : separatePairs();
  return `// ${name}__wasmsimd: 4 neighbouring output pixels of a 3x3 depthwise convolution of stride ${stride}, 4 channels at a
// time, from ${columns} columns of three input rows. Pairs for \`dot\` are the pixels of a column in the first two rows and
// neighbours in the third. About the branches that are always true see f32_gemm_4x8.ts. Weights are loaded with what
// follows them: V8 needs an instruction more for the address of a load of 64 bits.
import { dot, requantize, zip, zip_high } from './q8_vector';

// row0..row2: the first column of each row of the window; columns are a_stride bytes apart. w: groups of 4 channels,
// bias[4], scale[4], [9][4]. c: the first output pixel, pixels c_stride bytes apart. lo, hi, to_output: see
// q8_vector.ts.
export function ${name}(
  row0: usize,
  row1: usize,
  row2: usize,
  a_stride: usize,
  w: usize,
  c: usize,
  c_stride: usize,
  channels: usize,
  lo: v128,
  hi: v128,
  to_output: v128,
): void {
  const end = w + channels * 26;
  let k0: v128, k1: v128, k2: v128, ${stride === 1 ? 'u: v128, ' : ''}v: v128, p: usize, q: usize;
  while (w < end) {
    let acc0 = v128.load(w);
    let acc1 = acc0;
    let acc2 = acc0;
    let acc3 = acc0;
    ${lines(3, (tap) => `k${tap} = zip(v128.load(w, ${32 + 8 * tap}), v128.load(w, ${56 + 8 * tap}));`)}
    p = row0;
    q = row1;
    ${lines(blocks, (block) => {
      const body = lines(COLUMNS_OF_BLOCK, (i) => pairOfRows(block * COLUMNS_OF_BLOCK + i));
      return `if (end > ${block + 1}) {${body}\n}`;
    })}
    if (end > ${blocks + 1}) {
      k2 = v128.load(w, 88);
      k0 = zip(v128.load(w, 80), k2);
      k2 = zip_high(k2, i16x8.splat(0));
      p = row2;
      ${lastRow}
    }
    k0 = v128.load(w, 16);
    ${lines(2, (half) => {
      const step = half === 0 ? 'p = c + c_stride;' : 'p += c_stride;';
      return `k1 = requantize(acc${2 * half}, k0, lo, hi, to_output);
        k2 = requantize(acc${2 * half + 1}, k0, lo, hi, to_output);
        v = i16x8.narrow_i32x4_s(k1, k2);
        v128.store64_lane(${half === 0 ? 'c' : 'p'}, v, 0);
        ${step}
        v128.store64_lane(p, v, 1);
        ${half === 0 ? 'p += c_stride;' : ''}`;
    })}
    row0 += 8;
    row1 += 8;
    row2 += 8;
    c += 8;
    w += 104;
  }
}
`;
}

/** The third row at stride 1: each column is the second of a pair and the first of the next. */
function overlappingPairs() {
  return lines(6, (i) => {
    const load = i < 5 ? 'p += a_stride;\nu = v128.load64_zero(p);\nv = zip(v, u);' : 'v = zip(v, v);';
    const first = i === 0 ? 'v = v128.load64_zero(p);' : 'v = u;';
    const sums = [
      i < 4 ? `acc${i} = dot(acc${i}, v, k0);` : '',
      i >= 2 ? `acc${i - 2} = dot(acc${i - 2}, v, k2);` : '',
    ];
    return [first, load, ...sums].join('\n');
  });
}

/** At stride 2: two columns at a time. */
function separatePairs() {
  return lines(5, (i) => {
    const pair = i < 4 ? 'p += a_stride;\nv = zip(v, v128.load64_zero(p));\np += a_stride;' : 'v = zip(v, v);';
    const sums = [i > 0 ? `acc${i - 1} = dot(acc${i - 1}, v, k2);` : '', i < 4 ? `acc${i} = dot(acc${i}, v, k0);` : ''];
    return ['v = v128.load64_zero(p);', pair, ...sums].join('\n');
  });
}
