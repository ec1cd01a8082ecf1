// Compiles the native tests and the kernels into one program, as node-gyp does but with the flags asked for.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** The flags of an instruction set's file, as in binding.gyp. */
const KERNEL_FLAGS = { 'avx2.cc': ['-mavx2', '-mfma'] };

function run(command, args) {
  const { status, error, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}\n${error ?? ''}${stdout ?? ''}${stderr ?? ''}`);
}

function sources(folder) {
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.cc') && name !== 'addon.cc')
    .map((name) => join(folder, name));
}

/** Builds build/native_test/<name> and returns its path. `flags` go to compiler and linker; x64 only for now. */
export function buildNativeTest(name, flags, compiler = process.env.CXX ?? 'c++') {
  const folder = join(root, 'build', 'native_test');
  mkdirSync(folder, { recursive: true });
  const common = [
    '-std=c++17',
    '-ffp-contract=off',
    '-Wall',
    '-Wextra',
    '-Werror',
    '-Wno-missing-field-initializers',
    '-DMOBILENET_EDGE_AVX2',
    ...flags,
  ];
  const objects = ['native', 'native/ops', 'native/kernels', 'test/native'].flatMap(sources).map((source) => {
    const object = join(folder, `${name}_${relative('.', source).replaceAll(/[\\/]/g, '_')}.o`);
    const own = KERNEL_FLAGS[source.split(/[\\/]/).at(-1)] ?? [];
    run(compiler, [...common, ...own, '-c', source, '-o', object]);
    return object;
  });
  const program = join(folder, name);
  run(compiler, [...common, ...objects, '-o', program]);
  return program;
}
