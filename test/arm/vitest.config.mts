/**
 * Runs tests in an ARM Node on an emulated CPU, MOBILENET_EDGE_CPU, with the addon that the package ships. Only vitest's
 * workers are emulated; vitest itself, which compiles the tests, runs natively.
 */
import { defineConfig } from 'vitest/config';
import { ForksPoolWorker, type PoolOptions } from 'vitest/node';
import { emulatedNode, WITH_HALVES } from '../../scripts/arm_emulation.mjs';

const emulated = emulatedNode(process.env.MOBILENET_EDGE_CPU);

class EmulatedWorker extends ForksPoolWorker {
  override readonly name = 'emulated';

  constructor(options: PoolOptions) {
    super({ ...options, execArgv: [...emulated.arguments, ...options.execArgv] });
  }

  override async start(): Promise<void> {
    // child_process.fork, which this calls before anything else, runs process.execPath.
    const { execPath } = process;
    process.execPath = emulated.command;
    const started = super.start();
    process.execPath = execPath;
    await started;
  }
}

export default defineConfig({
  test: {
    name: emulated.architecture,
    globalSetup: ['test/support/refuse_stale.ts'],
    root: `${import.meta.dirname}/../..`,
    include: ['test/**/*.test.ts'],
    testTimeout: 1_800_000,
    hookTimeout: 1_800_000,
    // One worker for all files: its start takes seconds.
    fileParallelism: false,
    isolate: false,
    pool: { name: 'emulated', createPoolWorker: (options) => new EmulatedWorker(options) },
    env: {
      MOBILENET_EDGE_REQUIRE_NATIVE: '1',
      MOBILENET_EDGE_EXPECTED_ARCH: emulated.architecture,
      MOBILENET_EDGE_EXPECTED_ISAS: emulated.isas.join(),
      MOBILENET_EDGE_EXPECTED_HALVES: WITH_HALVES.includes(process.env.MOBILENET_EDGE_CPU!) ? '1' : '0',
      // Not the addon that this machine built for itself.
      PREBUILDS_ONLY: '1',
    },
  },
});
