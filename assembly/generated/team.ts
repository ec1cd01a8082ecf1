// Generated from lib/program by `npm run generate`; do not edit.
// See team.ts there.
export const BEGUN: usize = 0;
export const DONE: usize = 64;
export const SLEEPERS: usize = 128;
export const RUNS: usize = 192;
export const RUN: usize = 200;
export const TIMES: usize = 208;
export const STOPPED: usize = 216;
export const TEAM_BYTES: usize = 256;
