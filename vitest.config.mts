import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // test/arm has a configuration of its own.
    exclude: [...configDefaults.exclude, 'test/arm/**'],
    // For what hangs: no test is judged by its time, and other work may make it take many times as long.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 60_000 } },
    pool: 'forks',
  },
});
