// The WebAssembly engine on one thread: walks a program's records and runs each op's chunks.
import { now } from './clock';
import { OpHeader } from './program';
import { run_chunk } from './run_chunk';

export { fuses_multiply_add } from './kernels/self_test';

// Runs the records from address `begin` to `end`; arena, weights and scratch are the addresses of the three memories.
// times: where to note when each op begins, or 0.
export function execute(begin: usize, end: usize, times: usize, arena: usize, weights: usize, scratch: usize): void {
  while (begin < end) {
    if (times) {
      store<f64>(times, now());
      times += 8;
    }
    const header = changetype<OpHeader>(begin);
    for (let chunk = 0; chunk < header.chunks; ++chunk) run_chunk(begin, chunk, arena, weights, scratch);
    begin += <usize>header.words << 2;
  }
}
