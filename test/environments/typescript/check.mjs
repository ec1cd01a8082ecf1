import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const COMPILERS = { 5.9: 'typescript', '7.0': 'typescript-7' };
const ECMASCRIPT = ['es2024', 'esnext.disposable'];
const DOM = [...ECMASCRIPT, 'dom', 'dom.iterable'];
const NODE = { types: ['node'], files: ['node.ts', 'node_only.ts'] };
const MODULES = { bundler: 'esnext', node16: 'node16', nodenext: 'nodenext' };

/** Everything that users set apart; the declarations themselves are checked in all of them. */
const SETTINGS = [
  { name: 'node16, no DOM', resolution: 'node16', lib: ECMASCRIPT, ...NODE },
  { name: 'node16, DOM', resolution: 'node16', lib: DOM, ...NODE },
  { name: 'nodenext, no DOM', resolution: 'nodenext', lib: ECMASCRIPT, ...NODE },
  { name: 'nodenext, DOM', resolution: 'nodenext', lib: DOM, ...NODE },
  { name: 'bundler, no DOM', resolution: 'bundler', lib: ECMASCRIPT, ...NODE },
  { name: 'bundler, DOM, condition node', resolution: 'bundler', conditions: ['node'], lib: DOM, ...NODE },
  { name: 'bundler, DOM, code for Node', resolution: 'bundler', lib: DOM, types: ['node'], files: ['node.ts'] },
  {
    name: 'bundler, DOM, a page without types of Node',
    resolution: 'bundler',
    lib: DOM,
    types: [],
    files: ['page.ts'],
  },
];

export default ({ folder, run }) =>
  Object.entries(COMPILERS).flatMap(([version, compiler]) =>
    SETTINGS.map(({ name, resolution, conditions, lib, types, files }) => ({
      name: `TypeScript ${version}, moduleResolution ${name}`,
      promise: 'no errors',
      answer() {
        const compilerOptions = {
          target: 'es2022',
          module: MODULES[resolution],
          moduleResolution: resolution,
          customConditions: conditions,
          lib,
          types,
          strict: true,
          skipLibCheck: false,
          noEmit: true,
        };
        writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
        return run(process.execPath, [join('node_modules', compiler, 'bin', 'tsc')]) || 'no errors';
      },
    })),
  );
