import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export default ({ folder, run, ask }) => [
  {
    name: 'vitest 4, --pool=vmThreads',
    promise: '3 passed',
    answer() {
      writeFileSync(join(folder, 'same.json'), ask('print_same.cjs'));
      run('npx', [
        'vitest',
        'run',
        '--pool=vmThreads',
        '--reporter=default',
        '--reporter=json',
        '--outputFile=vitest.json',
      ]);
      return `${JSON.parse(readFileSync(join(folder, 'vitest.json'), 'utf8')).numPassedTests} passed`;
    },
  },
];
