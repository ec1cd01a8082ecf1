/** One row by four panels: for the row that is left over after tiles, and for dense layers. */
import { at, lines } from './lines.mjs';

const PANELS = 4;
const UNROLLED = 4;

/** Both vectors of panels `first` and `first + 1`, times the splat `s`. */
function halfStep(multiply, first, offset) {
  return lines(2, (i) => {
    const panel = first + i;
    return `acc${panel}0 = ${multiply}(acc${panel}0, s, v128.load(b${panel}, ${offset}));
      acc${panel}1 = ${multiply}(acc${panel}1, s, v128.load(b${panel}, ${offset + 16}));`;
  });
}

/** One k (or pair of them), whose halves are kept apart by the always-true branch number `branch`. */
function step(multiply, i, head, branch) {
  return `s = v128.load32_splat(a${at(4 * i)});
    ${halfStep(multiply, 0, head + 32 * i)}
    if (ae > ${branch}) {
      ${halfStep(multiply, 2, head + 32 * i)}
    }`;
}

function loops(depth, multiply, head) {
  return `let b0 = w;
  ${lines(PANELS - 1, (i) => `let b${i + 1} = b${i} + panel_bytes;`)}
  ${lines(PANELS, (p) => `let acc${p}0 = v128.load(b${p});\nlet acc${p}1 = v128.load(b${p}, 16);`)}
  const ae = a + ((${depth} & ~3) << 2);
  const end = a + (${depth} << 2);
  let s: v128;

  while (a < ae) {
    ${lines(UNROLLED, (i) => {
      const body = step(multiply, i, head, 2 * i + 1);
      return i === 0 ? body : `if (ae > ${2 * i}) {\n${body}\n}`;
    })}
    a += 16;
    ${lines(PANELS, (p) => `b${p} += 128;`)}
  }
  while (a < end) {
    ${step(multiply, 0, head, 2 * UNROLLED)}
    a += 4;
    ${lines(PANELS, (p) => `b${p} += 32;`)}
  }`;
}

const eachSum = (f) => lines(2 * PANELS, (i) => f(`acc${i >> 1}${i & 1}`, 16 * i));

export function floatRow() {
  return `// f32_gemm_1x32__wasmsimd: one row by four panels of output = clamp(bias + A * B), for the row that is left over
// after the tiles of four, and for dense layers. A 4x8 tile of copies of one row would take four times as long.
// The sums are those of f32_gemm_4x8, in the same order. About the always-true branches see there.
import { clamp, mac } from './vector';

// a, c, residual: the row of A and the 32 outputs and residuals; w: the first panel, panels panel_bytes apart;
// limits and Sum as in f32_gemm_4x8.
export function f32_gemm_1x32<Sum>(
  k: usize,
  a: usize,
  w: usize,
  panel_bytes: usize,
  c: usize,
  residual: usize,
  limits: usize,
): void {
  ${loops('k', 'mac', 32)}
  let lo = v128.load32_splat(limits);
  let hi = v128.load32_splat(limits, 4);
  ${eachSum((acc) => `${acc} = clamp(${acc}, lo, hi);`)}
  if (isBoolean<Sum>()) {
    lo = v128.load32_splat(limits, 8);
    hi = v128.load32_splat(limits, 12);
    ${eachSum((acc, offset) => `${acc} = clamp(f32x4.add(${acc}, v128.load(residual${at(offset)})), lo, hi);`)}
  }
  ${eachSum((acc, offset) => `v128.store(c, ${acc}${at(offset)});`)}
}
`;
}

export function integerRow() {
  return `// q8_gemm_1x32__wasmsimd: one row by four panels of output = requantize(bias + A * B), for the row that is left over
// after the tiles of four, and for dense layers. About the branches that are always true see f32_gemm_4x8.ts.
import { dot, requantize } from './q8_vector';

// a, c: the row of A and the 32 outputs; w: the first panel, panels panel_bytes apart; the other arguments as
// in q8_gemm_4x8.
export function q8_gemm_1x32(
  pairs: usize,
  a: usize,
  w: usize,
  panel_bytes: usize,
  c: usize,
  lo: v128,
  hi: v128,
  to_output: v128,
): void {
  ${loops('pairs', 'dot', 64)}

  ${lines(
    PANELS,
    (p) => `${p ? 'w += panel_bytes;' : ''}
      acc${p}0 = requantize(acc${p}0, v128.load(w, 32), lo, hi, to_output);
      acc${p}1 = requantize(acc${p}1, v128.load(w, 48), lo, hi, to_output);
      v128.store(c, i16x8.narrow_i32x4_s(acc${p}0, acc${p}1)${at(16 * p)});`,
  )}
}
`;
}
