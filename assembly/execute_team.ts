// The WebAssembly engine on several threads, each an instance of this module with the same memory and a scratch of its
// own. One leads a run, the others assist. All walk the program's records; chunks are dealt by a counter, and those of
// an op begin when all before it are done. A thread holds nothing but the chunk that it runs, so one that wakes late,
// or that the operating system puts aside between chunks, keeps nobody waiting. So the leader may go away between two
// chunks too, for other work of its thread, and come back.
import { now } from './clock';
import { OpHeader } from './generated/program';
import { run_chunk } from './generated/run_chunk';
import { BEGUN, DONE, RUN, RUNS, SLEEPERS, STOPPED, TIMES } from './generated/team';

export { fuses_multiply_add } from './kernels/self_test';

// What the threads share lies at `control`, see generated/team.ts. Counters go on from run to run and wrap around: only
// their differences count. So a thread that is still in a run that has ended finds every chunk begun and done, and walks out
// of it.

// Turns of a waiting loop, about as long as sleeping and being woken takes.
const SPINS = 20000;

// Begins a run of the records from address `begin` to `end` and wakes the assistants; returns the chunks of all earlier
// runs. control: the address of what the threads share. times: where to note when each op begins, or 0. Runs must not
// overlap.
export function begin_run(begin: usize, end: usize, times: usize, control: usize): i32 {
  const before = atomic.load<i32>(control, BEGUN);
  atomic.store<i32>(control, 0, STOPPED);
  atomic.store<usize>(control, times, TIMES);
  atomic.store<u64>(control, ((<u64>(end - begin)) << 32) | <u64>(<u32>before), RUN);
  atomic.add<i32>(control, 1, RUNS);
  atomic.notify(control + RUNS, -1);
  return before;
}

// Runs a chunk of op number `op`, the record at address `at`, when the `before` chunks before it are done; returns
// whether there was one left. The last four arguments are the addresses of the three memories and of what the threads
// share.
export function lead_chunk(
  at: usize,
  op: usize,
  before: i32,
  arena: usize,
  weights: usize,
  scratch: usize,
  control: usize,
): bool {
  wait_for(control, before);
  const taken = take(at, op, before, arena, weights, scratch, control);
  if (taken > 0) finish(control, taken);
  return taken > 0;
}

// Returns when `chunks` chunks are done: those of all runs so far.
export function end_run(chunks: i32, control: usize): void {
  wait_for(control, chunks);
}

// The threads end the newest run when each is done with its chunk.
export function stop_run(control: usize): void {
  atomic.store<i32>(control, 1, STOPPED);
}

// Takes part in every run of the program at `begin`. Never returns.
export function assist(begin: usize, arena: usize, weights: usize, scratch: usize, control: usize): void {
  let seen = 0;
  while (true) {
    const runs = atomic.load<i32>(control, RUNS);
    if (runs == seen) {
      atomic.wait<i32>(control + RUNS, seen, -1);
      continue;
    }
    seen = runs;
    const run = atomic.load<u64>(control, RUN);
    work(begin, begin + <usize>(run >> 32), <i32>run, arena, weights, scratch, control);
  }
}

// Runs chunks until none is left to begin. `before`: the chunks of all earlier runs.
function work(
  begin: usize,
  end: usize,
  before: i32,
  arena: usize,
  weights: usize,
  scratch: usize,
  control: usize,
): void {
  for (let op: usize = 0; begin < end; ++op) {
    wait_for(control, before);
    let mine = 0;
    let taken = take(begin, op, before, arena, weights, scratch, control);
    while (taken > 0) {
      mine += taken;
      taken = take(begin, op, before, arena, weights, scratch, control);
    }
    if (mine > 0) finish(control, mine);
    const header = changetype<OpHeader>(begin);
    before += header.chunks;
    begin += (<usize>header.words) << 2;
  }
}

// Runs the next chunk of the record at `at` if one is left, or takes all that are left of a stopped run; returns how many
// it took.
function take(at: usize, op: usize, before: i32, arena: usize, weights: usize, scratch: usize, control: usize): i32 {
  const after = before + changetype<OpHeader>(at).chunks;
  let chunk = atomic.load<i32>(control, BEGUN);
  while (after - chunk > 0) {
    const stopped = atomic.load<i32>(control, STOPPED);
    const found = atomic.cmpxchg<i32>(control, chunk, stopped ? after : chunk + 1, BEGUN);
    if (found == chunk) {
      if (stopped) return after - chunk;
      if (chunk == before) note_begin(op, control);
      run_chunk(at, chunk - before, arena, weights, scratch);
      return 1;
    }
    chunk = found;
  }
  return 0;
}

// Notes, if the run is timed, that op number `op` begins. To be called by whoever begins its first chunk: a thread that
// the operating system puts aside would say so too late.
function note_begin(op: usize, control: usize): void {
  const times = atomic.load<usize>(control, TIMES);
  if (times) store<f64>(times + (op << 3), now());
}

// Returns when `chunks` chunks are done.
function wait_for(control: usize, chunks: i32): void {
  for (let spin = 0; spin < SPINS; ++spin) {
    if (atomic.load<i32>(control, DONE) - chunks >= 0) return;
  }
  // Either finish() sees this sleeper, or the sleeper sees what finish() has added.
  atomic.add<i32>(control, 1, SLEEPERS);
  let done = atomic.load<i32>(control, DONE);
  while (done - chunks < 0) {
    atomic.wait<i32>(control + DONE, done, -1);
    done = atomic.load<i32>(control, DONE);
  }
  atomic.sub<i32>(control, 1, SLEEPERS);
}

function finish(control: usize, chunks: i32): void {
  atomic.add<i32>(control, chunks, DONE);
  if (atomic.load<i32>(control, SLEEPERS) > 0) atomic.notify(control + DONE, -1);
}
