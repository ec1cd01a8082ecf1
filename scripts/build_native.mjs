// Builds the native addon (build/Release/mobilenet_edge.node) if there is a C++ compiler and Python, and only what changed
// since it was built. MOBILENET_EDGE_REQUIRE_NATIVE=1 makes a missing compiler an error.
import { spawnSync } from 'node:child_process';
import { rmSync, utimesSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { differences, hashSources, isBuilt, readStamp, removeStamp, writeStamp } from './build_stamps.mjs';
import { headerFolder, root } from './node_headers.mjs';

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

const SOURCE = /^native\/.*\.(cc|h|inl)$/;

/** What decides every object of the addon but is in no file. */
function settings() {
  const names = ['CC', 'CXX', 'AR', 'CFLAGS', 'CXXFLAGS', 'CPPFLAGS', 'LDFLAGS'];
  const flags = Object.fromEntries(names.map((name) => [name, process.env[name] ?? '']));
  return { node: process.version, platform: process.platform, arch: process.arch, ...flags };
}

/** Whether node-gyp succeeded with a command of its own; its output is shown if not. */
function nodeGyp(command) {
  const headers = headerFolder();
  const { status, error, stdout, stderr } = spawnSync(
    process.execPath,
    [
      createRequire(import.meta.url).resolve('node-gyp/bin/node-gyp.js'),
      command,
      '--release',
      ...(headers ? [`--nodedir=${headers}`] : []),
    ],
    { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  if (status === 0) return true;
  process.stderr.write(`${stdout ?? ''}${stderr ?? ''}${error ?? ''}`);
  console.error('The native engine could not be built; the output of node-gyp is above');
  return false;
}

function build() {
  const hashes = hashSources('addon');
  const stamp = isBuilt('addon') ? readStamp('addon') : undefined;
  const sameSettings = stamp && JSON.stringify(stamp.settings) === JSON.stringify(settings());
  const changed = sameSettings ? differences(stamp.hashes, hashes) : [];
  if (sameSettings && changed.length === 0) return 0;
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
  removeStamp('addon');
  // make compares times, which say nothing where a folder was copied or an older state checked out.
  const now = new Date();
  for (const file of changed.filter((name) => name in hashes)) utimesSync(join(root, file), now, now);
  // Files that came or went are another list of sources.
  const onlySources =
    sameSettings && changed.every((file) => SOURCE.test(file) && file in hashes && file in stamp.hashes);
  if (!sameSettings) rmSync(join(root, 'build', 'Release'), { recursive: true, force: true });
  if (!onlySources && !nodeGyp('configure')) return 1;
  if (!nodeGyp('build')) return 1;
  writeStamp('addon', hashes, settings());
  return 0;
}

process.exitCode = build();
