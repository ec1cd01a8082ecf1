/** Prints a Program as text, one record per line: what an engine will do, for people. */
import { decode } from './decode';
import type { PackedWeights, Program } from './program';
import type { Op } from './schema';

export function listing({ ops, weights, arenaBytes, scratchBytes }: Program<PackedWeights>): string {
  return [
    `; weights ${weights.byteLength} B, arena ${arenaBytes} B, of which scratch ${scratchBytes} B per thread at most`,
    ...decode(ops).flatMap((op) => lines(op, '')),
  ].join('\n');
}

/** Parts are indented. */
function lines({ name, chunks, fields, parts = [] }: Op, indent: string): string[] {
  const values = Object.entries(fields).map(([field, value]) => `${field}=${value}`);
  return [
    `${indent}${name} chunks=${chunks} ${values.join(' ')}`,
    ...parts.flatMap((part) => lines(part, `${indent}  `)),
  ];
}
