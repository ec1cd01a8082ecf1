/**
 * Functions of one value. A row is all that passes, tables and records need to know of one; the engines have a case for each in
 * native/ops/unary.cc and assembly/ops/unary.ts, and readers map the names of their formats to these.
 */

/** real = scale * (level - zero), of the input and of the output. */
export interface Levels {
  inputScale: number;
  inputZero: number;
  outputScale: number;
  outputZero: number;
}

export interface UnaryFunction {
  f(x: number): number;
  /**
   * The output level of an input level, before it is clamped to the type, where TFLite does not round f(x) / outputScale to the
   * nearest.
   */
  level?(input: number, levels: Levels): number;
}

export const UNARY = {
  sigmoid: { f: (x) => 1 / (1 + Math.exp(-x)) },
} as const satisfies Record<string, UnaryFunction>;

export type UnaryName = keyof typeof UNARY;
/** Their position is their number in records. */
export const UNARY_NAMES = Object.keys(UNARY) as UnaryName[];
