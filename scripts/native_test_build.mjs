// Compiles a program of the native engine outside Node, as node-gyp does but with the compiler and flags asked for.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');

const AVX2 = ['-mavx2', '-mfma'];

/** For each architecture: what its instruction sets are made of, with defines and flags as in binding.gyp. */
const ARCHITECTURES = {
  x64: {
    defines: ['-DMOBILENET_EDGE_X86_64'],
    kernels: {
      'scalar.cc': [],
      'avx2.cc': AVX2,
      'avx512vnni.cc': [...AVX2, '-mavx512f', '-mavx512bw', '-mavx512dq', '-mavx512vl', '-mavx512vnni'],
    },
  },
  arm64: {
    defines: ['-DMOBILENET_EDGE_NEON'],
    kernels: {
      'scalar.cc': [],
      'neon.cc': ['-fno-schedule-insns', '-frename-registers'],
      'neondot.cc': ['-fno-schedule-insns', '-frename-registers', '-march=armv8.2-a+dotprod'],
      'neonfp16.cc': ['-fno-schedule-insns', '-frename-registers', '-march=armv8.2-a+fp16'],
    },
  },
  arm: {
    defines: ['-DMOBILENET_EDGE_NEON'],
    kernels: { 'scalar.cc': [], 'neon.cc': ['-fno-schedule-insns', '-frename-registers', '-mfpu=neon-vfpv4'] },
  },
};

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
  const { kernels } = ARCHITECTURES[architecture];
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
    ...ARCHITECTURES[architecture].defines,
    ...flags,
  ];
}

function compile(compiler, flags, name, source) {
  mkdirSync(output, { recursive: true });
  const object = join(output, `${name}_${relative('.', source).replaceAll(/[\\/]/g, '_')}.o`);
  run(compiler, [...flags, '-c', source, '-o', object]);
  return object;
}
