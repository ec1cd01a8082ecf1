import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROGRAMS = ['same.cjs', 'print_same.cjs', 'answer.cjs', 'use.cjs', 'use.mjs', 'labels_inside.tflite'];

/** A project of Yarn's own in a folder, with the tarball that npm installed beside it. */
function makeProject(folder) {
  const project = join(folder, 'project');
  mkdirSync(project);
  for (const name of PROGRAMS) cpSync(join(folder, name), join(project, name));
  const { dependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const tarball = resolve(folder, dependencies['mobilenet-edge'].replace('file:', ''));
  const manifest = { private: true, dependencies: { 'mobilenet-edge': `file:${tarball}` } };
  writeFileSync(join(project, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(project, 'yarn.lock'), '');
  writeFileSync(join(project, '.yarnrc.yml'), 'nodeLinker: pnp\npnpEnableEsmLoader: true\nenableGlobalCache: false\n');
  return project;
}

export default ({ folder, run, ask, WORKS }) => {
  const yarn = join(dirname(fileURLToPath(import.meta.url)), 'node_modules', '@yarnpkg', 'cli-dist', 'bin', 'yarn.js');
  const env = { YARN_ENABLE_TELEMETRY: '0', YARN_ENABLE_IMMUTABLE_INSTALLS: '0', NODE_NO_WARNINGS: '1' };
  const inProject = (...args) => run(process.execPath, [yarn, '--cwd', join(folder, 'project'), ...args], env);
  return [
    {
      name: "Yarn 4, Plug'n'Play: a model file",
      promise: 'the same answers',
      answer() {
        makeProject(folder);
        inProject('install');
        return inProject('node', 'print_same.cjs') === ask('print_same.cjs') ? 'the same answers' : 'others';
      },
    },
    ...['use.cjs', 'use.mjs'].map((program) => ({
      name: `Yarn 4, Plug'n'Play: ${program}`,
      promise: WORKS,
      answer: () => inProject('node', program),
    })),
  ];
};
