/** Tiles of some rows by 8 columns (one panel). */
import { at, lines } from './lines.mjs';

/** Rows `first` to `end` of the tile, of which `load` splats a value of A, times the two vectors of B. */
function products(multiply, first, end, load) {
  return lines(end - first, (i) => {
    const r = first + i;
    return `s = ${load(r)};
      acc${r}0 = ${multiply}(acc${r}0, s, b0);
      acc${r}1 = ${multiply}(acc${r}1, s, b1);`;
  });
}

const loadB = (i) => `b0 = v128.load(b${at(32 * i)});\nb1 = v128.load(b, ${32 * i + 16});`;

const sums = (rows) =>
  lines(rows, (r) =>
    r === 0
      ? 'let acc00 = v128.load(w);\nlet acc01 = v128.load(w, 16);'
      : `let acc${r}0 = acc00;\nlet acc${r}1 = acc01;`,
  );

/** Pointers to rows 1 ... of \`base\`; where a tile may have fewer rows, copies of the last. */
function rowsBehind(declare, name, base, stride, rows, isFixed) {
  return lines(rows - 1, (i) => {
    const before = i === 0 ? base : `${name}${i}`;
    const next = `${before} + ${stride}`;
    return `${declare} ${name}${i + 1} = ${isFixed ? next : `rows > ${i + 1} ? ${next} : ${before}`};`;
  });
}

const TEXTS = {
  4: `// f32_gemm_4x8__wasmsimd: a tile of 4 rows by 8 columns (one panel) of output = clamp(bias + A * B).
//
// What V8 makes of the loop over k decides everything; all of this is measured on V8 11 to 13:
// - V8 hoists the loads of a basic block to its top and sinks the arithmetic, so a plain unrolled loop runs out of
//   registers and spills. Therefore each k has a block of its own, under a condition that is always true (\`be\` is an
//   address far above every constant). No compiler can fold these branches, and each costs one fused compare and jump.
//   Every constant differs, or V8 would merge the conditions and keep the values in memory between them.
// - The pointers of A are sums made in front of the loop: V8 then knows that their upper halves are zero, and need not
//   copy each into another register. AHEAD is what makes them sums; B uses no such offset, so that the address of
//   the memory plus an offset is computed once for the four loads of A, which V8 cannot fold into loads that splat.
import { clamp, mac } from './vector';

// Bytes; every address is greater.
export const AHEAD: usize = 116;

// Computes \`rows\` (1 to 4) rows of n (a multiple of 8) columns, panel by panel; the rows beyond are computed as copies of
// the last and stored over it. The loop over panels is inside because a call for every tile costs where k is small.
// a, c, residual: first row of A, of the output and of the residual, whose rows are *_stride bytes apart;
// w: the panels, bias[8] then [k][8] each; limits: the address of lo, hi and, for a sum, sum_lo, sum_hi.
// Sum is bool where a residual is added after the clamp (then clamped again) and void where not. All rows of a panel
// are read before any is stored, so the residual may be the output itself.
`,
  5: `// f32_gemm_5x8__wasmsimd: a tile of 5 rows by 8 columns (one panel) of output = clamp(bias + A * B), for relaxed SIMD: 10
// sums keep two units for fused multiply-adds of 4 cycles busy, where the 8 of f32_gemm_4x8 only just do, and weights
// are read less often. Without fused multiply-adds it is no faster. The sums are those of f32_gemm_4x8, in the same
// order; about AHEAD and the always-true branches see there. A block for a whole k would run out of registers.
import { AHEAD } from './f32_gemm_4x8';
import { clamp, mac } from './vector';

// Computes 5 rows of n (a multiple of 8) columns, panel by panel. Arguments as in f32_gemm_4x8.
`,
};

/** Of 4 rows, one block per k, four k at a time; of 5, two blocks per k, two k at a time. */
export function floatTile({ rows }) {
  const isFixed = rows === 5;
  const unrolled = isFixed ? 2 : 4;
  const blocks = isFixed
    ? [
        [0, 3],
        [3, 5],
      ]
    : [[0, 4]];
  let branch = 0;
  const step = (i) => {
    const load = (r) => `v128.load32_splat(p${r}, AHEAD${i ? ` + ${4 * i}` : ''})`;
    return `${loadB(i)}
      ${blocks.map(([first, end]) => `if (be > ${++branch}) {\n${products('mac', first, end, load)}\n}`).join('\n')}`;
  };
  const eachSum = (f) => lines(2 * rows, (i) => f(`acc${i >> 1}${i & 1}`, i >> 1, 16 * (i & 1)));
  const residualOf = (r) => (isFixed && r === 0 ? 'residual' : `r${r}`);
  return `${TEXTS[rows]}export function f32_gemm_${rows}x8<Sum>(
  ${isFixed ? '' : 'rows: i32,'}
  n: usize,
  k: usize,
  a: usize,
  a_stride: usize,
  w: usize,
  c: usize,
  c_stride: usize,
  residual: usize,
  residual_stride: usize,
  limits: usize,
): void {
  ${isFixed ? '' : 'const a0 = a;'}
  ${rowsBehind('const', 'a', isFixed ? 'a' : 'a0', 'a_stride', rows, isFixed)}
  ${rowsBehind('let', 'c', 'c', 'c_stride', rows, isFixed)}
  const c_end = c + (n << 2);
  let b0: v128, b1: v128, s: v128;

  while (c < c_end) {
    ${sums(rows)}
    ${lines(rows, (r) => `let p${r} = a${isFixed && r === 0 ? '' : r} - AHEAD;`)}
    let b = w + 32;
    const be = b + ((k & ~${unrolled - 1}) << 5);
    const end = b + (k << 5);
    while (b < be) {
      ${lines(unrolled, step)}
      ${lines(rows, (r) => `p${r} += ${4 * unrolled};`)}
      b += ${32 * unrolled};
    }
    while (b < end) {
      ${step(0)}
      ${lines(rows, (r) => `p${r} += 4;`)}
      b += 32;
    }
    let lo = v128.load32_splat(limits);
    let hi = v128.load32_splat(limits, 4);
    ${eachSum((acc) => `${acc} = clamp(${acc}, lo, hi);`)}
    if (isBoolean<Sum>()) {
      ${isFixed ? '' : 'const r0 = residual;'}
      ${rowsBehind('const', 'r', isFixed ? 'residual' : 'r0', 'residual_stride', rows, isFixed)}
      lo = v128.load32_splat(limits, 8);
      hi = v128.load32_splat(limits, 12);
      ${eachSum((acc, r, offset) => `${acc} = clamp(f32x4.add(${acc}, v128.load(${residualOf(r)}${at(offset)})), lo, hi);`)}
      residual += 32;
    }
    ${eachSum((acc, r, offset) => `v128.store(c${r || ''}, ${acc}${at(offset)});`)}
    ${lines(rows, (r) => `c${r || ''} += 32;`)}
    w = end;
  }
}
`;
}

export function integerTile() {
  const rows = 4;
  const step = (i) => `${loadB(i)}\n${products('dot', 0, rows, (r) => `v128.load32_splat(a${r}${at(4 * i)})`)}`;
  return `// q8_gemm_4x8__wasmsimd: tiles of 4 rows by 8 columns (one panel) of output = requantize(bias + A * B), two k at a
// time, panel by panel. Sums are exact in 32 bits. About the branches that are always true see f32_gemm_4x8.ts; one for
// every pair of k is enough here. The loop over panels is inside because a call for every tile costs a tenth of the
// time where k is small.
import { dot, requantize } from './q8_vector';

// Computes \`rows\` (1 to 4) rows of n (a multiple of 8) columns; the rows beyond are computed as copies of the last and
// stored over it. a, c: first row of A and of the output (16-bit values), whose rows are *_stride bytes apart; w: the
// panels, bias[8], scale[8], then [pairs][8][2] each; pairs: half of k, rounded up; lo, hi, to_output: see
// q8_vector.ts.
export function q8_gemm_4x8(
  rows: i32,
  n: usize,
  pairs: usize,
  a: usize,
  a_stride: usize,
  w: usize,
  c: usize,
  c_stride: usize,
  lo: v128,
  hi: v128,
  to_output: v128,
): void {
  let a0 = a;
  ${rowsBehind('let', 'a', 'a0', 'a_stride', rows, false)}
  ${rowsBehind('let', 'c', 'c', 'c_stride', rows, false)}
  const c_end = c + (n << 1);
  let b0: v128, b1: v128, s: v128, v: v128;
  while (c < c_end) {
    ${sums(rows)}
    let b = w + 64;
    const be = b + ((pairs & ~3) << 5);
    const end = b + (pairs << 5);
    while (b < be) {
      ${lines(4, (i) => (i === 0 ? step(i) : `if (be > ${i}) {\n${step(i)}\n}`))}
      ${lines(rows, (r) => `a${r} += 16;`)}
      b += 128;
    }
    while (b < end) {
      ${step(0)}
      ${lines(rows, (r) => `a${r} += 4;`)}
      b += 32;
    }
    b0 = v128.load(w, 32);
    b1 = v128.load(w, 48);
    ${lines(
      rows,
      (r) => `v = requantize(acc${r}0, b0, lo, hi, to_output);
        s = requantize(acc${r}1, b1, lo, hi, to_output);
        v128.store(c${r || ''}, i16x8.narrow_i32x4_s(v, s));`,
    )}
    const used = pairs << 2;
    ${lines(rows, (r) => `a${r} -= used;`)}
    ${lines(rows, (r) => `c${r || ''} += 16;`)}
    w = end;
  }
}
`;
}
