import { configDefaults, defineConfig } from 'vitest/config';

const API_TESTS = [
  'api/model',
  'api/realms',
  'api/reported_defects',
  'api/tensor_io',
  'api/train_head',
  'formats/labels',
  'formats/model_file',
  'formats/tflite_metadata',
  'pictures/decode',
];

export default defineConfig({
  test: {
    // For what hangs: no test is judged by its time, and other work may make it take many times as long.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 60_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          pool: 'forks',
          include: ['test/**/*.test.ts'],
          // test/arm has a configuration of its own.
          exclude: [...configDefaults.exclude, 'test/arm/**'],
        },
      },
      // The API once more in another realm, as users' tests and function nodes run it.
      {
        extends: true,
        test: { name: 'other realm', pool: 'vmThreads', include: API_TESTS.map((name) => `test/${name}.test.ts`) },
      },
    ],
  },
});
