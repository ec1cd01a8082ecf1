/** Prints a Program as text, one op a line: what an engine will do, for people. */

import type { Field } from './fields';
import type { Program } from './program';
import { HEADER, type OpName, SCHEMA } from './schema';

const nameOf = new Map<number, OpName>(
  Object.entries(SCHEMA).map(([name, { opcode }]) => [opcode as number, name as OpName]),
);

export function listing(program: Program): string {
  const { ops, weights, arenaBytes, scratchBytes } = program;
  const floats = new Float32Array(ops.buffer, ops.byteOffset, ops.length);
  const lines = [
    `; weights ${weights.length} B, arena ${arenaBytes} B, of which scratch ${scratchBytes} B a thread at most`,
  ];
  const headerWords = Object.keys(HEADER).length;

  /** Prints the record at `at` and returns where the next one starts; nested records are indented. */
  const printRecord = (at: number, indent: string): number => {
    const name = nameOf.get(ops[at])!;
    const end = at + ops[at + 1];
    const fields = Object.entries<Field>(SCHEMA[name].fields);
    const values = fields.map(([field, { kind }], i) => {
      const word = at + headerWords + i;
      return `${field}=${kind === 'f32' ? floats[word] : ops[word]}`;
    });
    lines.push(`${indent}${name} chunks=${ops[at + 2]} ${values.join(' ')}`);
    let part = at + headerWords + fields.length;
    while (part < end) part = printRecord(part, `${indent}  `);
    return end;
  };
  for (let at = 0; at < ops.length; ) at = printRecord(at, '');
  return lines.join('\n');
}
