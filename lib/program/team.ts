/**
 * Where what the threads of a WebAssembly session share lies, in bytes from its beginning, each counter on a cache line of its
 * own, all zero at first: `npm run generate` writes them to assembly/generated/team.ts. assembly/execute_team.ts reads and
 * writes them, lib/engines/wasm_program.ts keeps the room.
 */

/** Chunks begun, of all runs. */
export const BEGUN = 0;
/** Chunks done, of all runs. */
export const DONE = 64;
/** Threads that wait for chunks to be done. */
export const SLEEPERS = 128;
/** Runs begun. */
export const RUNS = 192;
/** Of the newest run: chunks before it, and above them the bytes of its records; 64 bits. */
export const RUN = 200;
/** Of the newest run: where to note when each op begins, or 0. */
export const TIMES = 208;
/** Of the newest run: whether its chunks count as done without being run. */
export const STOPPED = 216;
/** All of it. */
export const TEAM_BYTES = 256;
