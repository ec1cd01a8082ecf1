import type { Field } from './fields';
import { HEADER, type Op, type OpName, SCHEMA } from './schema';

const HEADER_WORDS = Object.keys(HEADER).length;

const NAMES = new Map(Object.entries(SCHEMA).map(([name, { opcode }]) => [opcode as number, name as OpName]));

/** The ops of a Program's records: what was given to `encode`. Throws RangeError for words that are no records. */
export function decode(words: Int32Array): Op[] {
  const floats = new Float32Array(words.buffer, words.byteOffset, words.length);

  function readOps(at: number, end: number): Op[] {
    const ops: Op[] = [];
    while (at < end) {
      const [opcode, count, chunks] = words.subarray(at, at + HEADER_WORDS);
      const name = NAMES.get(opcode);
      if (!name) throw new RangeError(`Expected an opcode at word ${at} but found ${opcode}`);
      const types = Object.entries<Field>(SCHEMA[name].fields);
      const parts = at + HEADER_WORDS + types.length;
      const next = at + count;
      if (next < parts || next > end)
        throw new RangeError(`Expected ${name} of ${parts - at} words but found ${count}`);
      const fields = Object.fromEntries(
        types.map(([field, { kind }], i) => [field, (kind === 'f32' ? floats : words)[at + HEADER_WORDS + i]]),
      );
      ops.push({ name, chunks, fields, ...(parts < next && { parts: readOps(parts, next) }) } as Op);
      at = next;
    }
    return ops;
  }
  return readOps(0, words.length);
}

/** Ops in the order of their records: each, then its parts. */
export function* withParts(ops: readonly Op[]): Generator<Op> {
  for (const op of ops) {
    yield op;
    yield* withParts(op.parts ?? []);
  }
}
