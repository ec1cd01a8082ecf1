// The WebAssembly engine on one thread. The host walks the program's records and has each op's chunks run, one per call,
// so that between two of them it can end the run or let others have the thread.

export { run_chunk } from './generated/run_chunk';
export { fuses_multiply_add } from './kernels/self_test';
