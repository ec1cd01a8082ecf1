// y = table[value + table_offset].
import { Q8LookupOp } from '../generated/program';

export function run_q8_lookup(op: Q8LookupOp, chunk: i32, arena: usize, weights: usize): void {
  const table = weights + op.table + (op.table_offset << 1);
  const first = chunk * op.pixels_per_chunk;
  const end = min(first + op.pixels_per_chunk, op.pixels);
  for (let pixel = first; pixel < end; ++pixel) {
    const input = arena + op.input + ((<usize>pixel * op.input_stride) << 1);
    const output = arena + op.output + ((<usize>pixel * op.output_stride) << 1);
    for (let i: usize = 0; i < (<usize>op.channels) << 1; i += 2) {
      store<i16>(output + i, load<i16>(table + ((<isize>load<i16>(input + i)) << 1)));
    }
  }
}
