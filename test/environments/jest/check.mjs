import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export default ({ folder, run, ask }) => [
  {
    name: 'Jest 30, defaults: labels inside a model, sharp',
    promise: '3 passed',
    answer() {
      writeFileSync(join(folder, 'same.json'), ask('print_same.cjs'));
      run('npx', ['jest', '--json', '--outputFile', 'jest.json']);
      return run(process.execPath, ['-p', 'require("./jest.json").numPassedTests + " passed"']);
    },
  },
];
