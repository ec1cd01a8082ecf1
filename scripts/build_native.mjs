// Builds the native addon (build/Release/mobilenet_edge.node) if there is a C++ compiler and Python, and it is not up to
// date. MOBILENET_EDGE_REQUIRE_NATIVE=1 makes a missing compiler an error.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { headerFolder, root } from './node_headers.mjs';

const addon = join(root, 'build', 'Release', 'mobilenet_edge.node');

function canRun(command, args = ['--version']) {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

/** What is missing for a build, or undefined. */
function missingTool() {
  // On Windows node-gyp itself finds Visual Studio.
  if (process.platform === 'win32') return undefined;
  const compilers = process.env.CXX ? [process.env.CXX] : ['c++', 'g++', 'clang++'];
  // CXX may carry arguments, as in 'ccache g++'.
  if (!compilers.some((compiler) => canRun(compiler.trim().split(/\s+/)[0]))) return 'C++ compiler';
  if (!canRun('make')) return 'make';
  if (!canRun(process.env.PYTHON ?? 'python3')) return 'Python 3';
  return undefined;
}

function newestSource() {
  const sources = readdirSync(join(root, 'native'), { recursive: true }).map((name) => join(root, 'native', name));
  return Math.max(...[...sources, join(root, 'binding.gyp')].map((path) => statSync(path).mtimeMs));
}

function build() {
  if (existsSync(addon) && statSync(addon).mtimeMs >= newestSource()) return 0;
  const missing = missingTool();
  if (missing) {
    const required = process.env.MOBILENET_EDGE_REQUIRE_NATIVE === '1';
    console.log(
      required
        ? `The native engine cannot be built: no ${missing} was found`
        : `Native engine skipped: no ${missing} was found; the WebAssembly engine will be used`,
    );
    return required ? 1 : 0;
  }
  const headers = headerFolder();
  const nodeGyp = createRequire(import.meta.url).resolve('node-gyp/bin/node-gyp.js');
  const result = spawnSync(
    process.execPath,
    [nodeGyp, 'rebuild', '--release', ...(headers ? [`--nodedir=${headers}`] : [])],
    {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    },
  );
  if (result.status === 0) return 0;
  process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}${result.error ?? ''}`);
  console.error('The native engine could not be built; the output of node-gyp is above');
  return 1;
}

process.exitCode = build();
