// Compiles a program of the native engine outside Node, as node-gyp does but with the compiler and flags asked for.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kernelsOf } from './generate_isas.mjs';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');

function run(command, args) {
  const { status, error, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}\n${error ?? ''}${stdout ?? ''}${stderr ?? ''}`);
}

function sources(folder) {
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.cc') && !name.startsWith('addon'))
    .map((name) => join(folder, name));
}

/**
 * Builds build/native_test/<name> of the kernels and the sources in `folder` and returns its path. `flags` go to
 * compiler and linker. `engine` are the objects that `buildNativeEngine` made with the same flags.
 */
export function buildNativeProgram(
  name,
  folder,
  flags,
  { architecture = process.arch, compiler = process.env.CXX ?? 'c++', engine } = {},
) {
  const common = commonFlags(architecture, flags);
  const objects = [
    ...(engine ?? buildNativeEngine(name, flags, { architecture, compiler })),
    ...sources(folder).map((source) => compile(compiler, common, name, source)),
  ];
  const program = join(output, name);
  run(compiler, [...common, ...objects, '-o', program]);
  return program;
}

/** Compiles what all programs share, and returns the objects. */
export function buildNativeEngine(
  name,
  flags,
  { architecture = process.arch, compiler = process.env.CXX ?? 'c++' } = {},
) {
  const { flags: kernels } = kernelsOf(architecture);
  const files = Object.keys(kernels).map((file) => join('native', 'kernels', file));
  return [...['native', 'native/ops', 'native/packing'].flatMap(sources), ...files].map((source) =>
    compile(compiler, [...commonFlags(architecture, flags), ...(kernels[basename(source)] ?? [])], name, source),
  );
}

const output = join(root, 'build', 'native_test');

function commonFlags(architecture, flags) {
  return [
    '-std=c++17',
    '-ffp-contract=off',
    '-Wall',
    '-Wextra',
    '-Werror',
    '-Wno-missing-field-initializers',
    '-pthread',
    ...kernelsOf(architecture).macros.map((macro) => `-D${macro}`),
    ...flags,
  ];
}

function compile(compiler, flags, name, source) {
  mkdirSync(output, { recursive: true });
  const object = join(output, `${name}_${relative('.', source).replaceAll(/[\\/]/g, '_')}.o`);
  run(compiler, [...flags, '-c', source, '-o', object]);
  return object;
}
