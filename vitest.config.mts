import { configDefaults, defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

/** Folders of test/ that need nothing built: no thread, no other process, no addon, no WebAssembly of ours. */
const UNIT = ['base', 'compile', 'formats', 'graph', 'image', 'model', 'package', 'reference'];
/** Folders whose subject is a process: the command line, programs of their own. */
const PROCESS = ['cli', 'process'];

/** Outside of test/api: tests that hand objects of their own realm over. */
const TAKE_OBJECTS = ['test/formats/{labels,model_file,tflite_metadata}.test.ts', 'test/pictures/decode.test.ts'];

const files = (folders: string[]) => folders.map((folder) => `test/${folder}/**/*.test.ts`);

function project(name: string, include: string[], options: TestProjectInlineConfiguration['test'] = {}) {
  const defaults = { pool: 'forks' as const, globalSetup: ['test/support/refuse_stale.ts'] };
  return { extends: true as const, test: { name, include, ...defaults, ...options } };
}

export default defineConfig({
  test: {
    // For what hangs: no test is judged by its time, and other work may make it take many times as long.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 60_000 } },
    projects: [
      project('unit', files(UNIT), {
        pool: 'threads',
        isolate: false,
        setupFiles: ['test/support/unit.ts'],
        globalSetup: [],
      }),
      // Whatever is in no other project. test/arm has a configuration of its own.
      project('engines', ['test/**/*.test.ts'], {
        exclude: [...configDefaults.exclude, ...files([...UNIT, ...PROCESS, 'browser', 'arm'])],
      }),
      project('process', files(PROCESS)),
      project('browser', files(['browser'])),
      // The API once more in another realm, as users' tests and function nodes run it.
      project('other realm', [...files(['api']), ...TAKE_OBJECTS], { pool: 'vmThreads' }),
    ],
  },
});
