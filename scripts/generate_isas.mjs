// Writes native/kernels.gypi and lib/engines/isas.ts from native/isas.json, the one table of native instruction sets. A test
// checks that both are up to date. Rows are worst first:
//   name          also of the file in native/kernels, and what users may ask for
//   within        not to be asked for: the instruction set that it belongs to where the CPU has it
//   architecture  as Node names it; without it, every one
//   flags         of gcc and clang; msvc: of Visual Studio
//   gcc           of gcc alone, before them: scheduling before register allocation makes it spill in kernels that fill all
//                 registers of ARM; renaming them afterwards rids their loops of copies
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The rows of the table, complete. */
export const ISAS = JSON.parse(readFileSync(join(root, 'native', 'isas.json'), 'utf8')).map((row) => ({
  gcc: [],
  flags: [],
  msvc: [],
  ...row,
}));

const NOTICE = 'Generated from native/isas.json by `npm run generate`; do not edit.';
const MACROS = { x64: 'MOBILENET_EDGE_X86_64', arm64: 'MOBILENET_EDGE_NEON', arm: 'MOBILENET_EDGE_NEON' };

/** What there is for one architecture: its macros, and of each file of native/kernels the flags for gcc. */
export function kernelsOf(architecture) {
  const rows = ISAS.filter((row) => row.architecture === undefined || row.architecture === architecture);
  const flags = Object.fromEntries(rows.map(({ name, gcc, flags }) => [`${name}.cc`, [...gcc, ...flags]]));
  return { macros: MACROS[architecture] ? [MACROS[architecture]] : [], flags };
}

const list = (values) => `[${values.map((value) => `'${value}'`).join(', ')}]`;

function target({ name, gcc, flags, msvc }) {
  const lines = [
    `'target_name': 'kernels_${name}',`,
    `'type': 'static_library',`,
    `'sources': ['kernels/${name}.cc'],`,
    ...(gcc.length + flags.length > 0 ? [`'cflags_cc': ${list([...gcc, ...flags])},`] : []),
    ...(flags.length > 0 ? [`'xcode_settings': {'OTHER_CPLUSPLUSFLAGS': ${list(flags)}},`] : []),
    ...(msvc.length > 0 ? [`'msvs_settings': {'VCCLCompilerTool': {'AdditionalOptions': ${list(msvc)}}},`] : []),
  ];
  return `{\n${indent(lines.join('\n'))}\n},`;
}

const indent = (text, by = 2) => text.replaceAll(/^(?=.)/gm, ' '.repeat(by));

/** For gyp: a static library per instruction set, and in the variables `kernels` and `macros` what the addon needs of them. */
export function kernelsGypi() {
  const everywhere = ISAS.filter(({ architecture }) => architecture === undefined);
  const architectures = [...new Set(ISAS.flatMap(({ architecture }) => architecture ?? []))];
  const only = (architecture) => ISAS.filter((row) => row.architecture === architecture);
  const names = (rows) => list(rows.map(({ name }) => `kernels_${name}`));
  const condition = (architecture, text) => `['target_arch=="${architecture}"', {\n${indent(text)}\n}],`;
  const variables = architectures.map((architecture) =>
    condition(
      architecture,
      `'kernels': ${names(only(architecture))},\n'macros': ${list(kernelsOf(architecture).macros)},`,
    ),
  );
  const targets = architectures.map((architecture) =>
    condition(architecture, `'targets': [\n${indent(only(architecture).map(target).join('\n'))}\n],`),
  );
  return `# ${NOTICE}
{
  'variables': {
    'kernels': ${names(everywhere)},
    'macros': [],
    'conditions': [
${indent(variables.join('\n'), 6)}
    ],
  },
  'targets': [
${indent(everywhere.map(target).join('\n'), 4)}
  ],
  'conditions': [
${indent(targets.join('\n'), 4)}
  ],
}
`;
}

/** For lib: the names that users may ask for, each once. */
export function isasModule() {
  const names = new Set(ISAS.filter(({ within }) => within === undefined).map(({ name }) => name));
  return `// ${NOTICE}

/** The native instruction sets that MOBILENET_EDGE_ISA and the option \`isa\` may name, worst first. */
export const NATIVE_ISAS: readonly string[] = ${list([...names])};
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(join(root, 'native', 'kernels.gypi'), kernelsGypi());
  writeFileSync(join(root, 'lib', 'engines', 'isas.ts'), isasModule());
}
