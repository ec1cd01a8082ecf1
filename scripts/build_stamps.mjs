// What an output was built from: each build writes the hashes of its sources beside its output, in a file that is not in the
// package; builds that find nothing changed do nothing, and tests refuse what was built from something else
// (test/support/refuse_stale.ts). Contents, not times: git touches files.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Where users of `npm ci` get what compiles: the versions of compilers, and headers. */
const LOCK = 'package-lock.json';
const WASM_BUILDS = ['simd128', 'relaxed-simd', 'simd128.threads', 'relaxed-simd.threads'];
const WASM = WASM_BUILDS.map((name) => `dist/wasm/mobilenet_edge.${name}.wasm`);
const NATIVE = ['native', 'binding.gyp', LOCK];

const OUTPUTS = {
  addon: {
    command: 'npm run build:native',
    files: ['build/Release/mobilenet_edge.node'],
    stamp: 'build/addon.sources.json',
    sources: [...NATIVE, 'scripts/build_native.mjs'],
  },
  wasm: {
    command: 'npm run build:wasm',
    files: WASM,
    stamp: 'dist/wasm.sources.json',
    sources: ['assembly', 'scripts/build_wasm.mjs', LOCK],
  },
  dist: {
    command: 'npm run build:ts',
    files: ['dist/bundle/index.js', 'dist/cli/main.js', 'dist/browser/inline.mjs'],
    stamp: 'dist/sources.json',
    sources: ['lib', ...WASM, ...['ts', 'node', 'browser'].map((name) => `scripts/build_${name}.mjs`), LOCK].concat(
      'tsconfig.json',
      'tsconfig.build.json',
    ),
  },
  ...Object.fromEntries(
    ['x64', 'arm64', 'arm'].map((arch) => [
      `prebuild-${arch}`,
      {
        command: 'npm run prebuild',
        files: [`prebuilds/linux-${arch}`],
        stamp: `build/prebuild-${arch}.sources.json`,
        sources: [...NATIVE, 'scripts/prebuild.mjs'],
      },
    ]),
  ),
};

function filesOf(source) {
  const path = join(root, source);
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [source];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(root.length));
}

/** The hash of each file that `output`, a name of OUTPUTS, is made of; take it before the build begins. */
export function hashSources(output) {
  const files = OUTPUTS[output].sources.flatMap(filesOf).map((file) => file.replaceAll('\\', '/'));
  return Object.fromEntries(
    files.sort().map((file) => [
      file,
      createHash('sha256')
        .update(readFileSync(join(root, file)))
        .digest('hex'),
    ]),
  );
}

/** What was written when `output` was built, or undefined: `{ hashes, settings }`. */
export function readStamp(output) {
  const path = join(root, OUTPUTS[output].stamp);
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
}

/** Before a build: whatever stops it, its output then counts as never built. */
export function removeStamp(output) {
  rmSync(join(root, OUTPUTS[output].stamp), { force: true });
}

/** After a build that succeeded. `settings` is what else the output depends on. */
export function writeStamp(output, hashes, settings = {}) {
  writeFileSync(join(root, OUTPUTS[output].stamp), `${JSON.stringify({ hashes, settings }, null, 1)}\n`);
}

/** The files in which two sets of hashes differ. */
export function differences(before, after) {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((file) => before[file] !== after[file]);
}

export function isBuilt(output) {
  return OUTPUTS[output].files.every((file) => existsSync(join(root, file)));
}

/** Why `output` is not what its sources say, and the command that cures it; undefined if it is. */
export function staleness(output) {
  const { command, files } = OUTPUTS[output];
  const missing = files.find((file) => !existsSync(join(root, file)));
  if (missing) return { reason: `${missing} is missing`, command };
  const stamp = readStamp(output);
  if (!stamp) return { reason: `what ${files[0]} was built from is not known`, command };
  const [first, ...others] = differences(stamp.hashes, hashSources(output));
  if (first === undefined) return undefined;
  const more = others.length > 0 ? ` and ${others.length} more` : '';
  return { reason: `${files[0]} was built before ${first}${more} changed`, command };
}
