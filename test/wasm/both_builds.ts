/** Runs the same kernel tests in the plain and the relaxed SIMD build. */
import { beforeEach, describe } from 'vitest';
import { chooseBuild } from '../../lib/node/engines/wasm_isa';
import type { Op } from '../../lib/program/schema';
import type { GuardedMemory } from './guarded_memory';

/** `run` executes ops in a memory, in the build under test. Where a build cannot run, its tests are skipped. */
export function inBothBuilds(tests: (run: (memory: GuardedMemory, ops: Op[]) => void) => void): void {
  describe.each(['simd128', 'relaxed-simd'] as const)('%s', (isa) => {
    let module: WebAssembly.Module;

    beforeEach(async ({ skip }) => {
      const found = await chooseBuild(isa).catch((error) => skip(`${isa} does not run here: ${error.message}`));
      module = found.module;
    });

    tests((memory, ops) => memory.run(module, ops));
  });
}
