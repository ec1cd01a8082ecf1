// Writes native/generated and assembly/generated from lib/program, which `npm run generate`
// has compiled before: the records, the dispatch of ops, the checks of
// their fields, and shared numbers. A test holds them up to date.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fieldChecks } from './generate_checks.mjs';
import { NOTICE, pascalCase, wrapComment } from './generated_text.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const ELEMENTS = { f32: 'float', f16: 'Half', q8: 'uint8_t' };

/** Every op with what follows from its entry in the schema. `schema`: what the modules of lib/program export. */
function opsOf({ HEADER, SCHEMA, memoriesOf }) {
  return Object.entries(SCHEMA).map(([name, { element, opcode, doc, hasParts, ownChecks, fields }]) => ({
    name,
    opcode,
    doc,
    element,
    ownChecks,
    fields,
    opcodeName: `OPCODE_${name.toUpperCase()}`,
    struct: `${pascalCase(name)}Op`,
    /** What it does, whatever it is made of. */
    family: pascalCase(name.replace(new RegExp(`^${element}_`), '')),
    members: Object.entries({ ...HEADER, ...fields }).map(([field, { kind }]) => [
      field,
      kind === 'f32' ? 'f32' : 'i32',
    ]),
    memories: ['arena', 'weights', 'scratch'].filter((memory) => hasParts || memoriesOf(fields).has(memory)),
  }));
}

/** C++: the limits, and one plain struct per record. */
function programHeader(ops, { HEADER, LIMITS, UNARY_NAMES }) {
  const cTypes = { i32: 'int32_t', f32: 'float' };
  const opcodes = ops.map(({ opcodeName, opcode }) => `  ${opcodeName} = ${opcode},`);
  const structs = ops.map(({ struct, doc, members }) => {
    const lines = members.map(([field, type]) => `  ${cTypes[type]} ${field};`);
    return `${wrapComment(doc)}\nstruct ${struct} {\n${lines.join('\n')}\n};`;
  });
  const header = Object.keys(HEADER).map((field) => `  int32_t ${field};`);
  const limits = Object.entries(LIMITS).map(
    ([name, { value, doc }]) => `${wrapComment(doc)}\nconstexpr int32_t kMax${pascalCase(name)} = ${value};`,
  );
  return `// ${NOTICE}
#pragma once

#include <stdint.h>

namespace mobilenet_edge {

${limits.join('\n')}

enum Opcode : int32_t {
${opcodes.join('\n')}
};

// Functions of one value, see lib/program/unary.ts.
enum UnaryFunction : int32_t {
${UNARY_NAMES.map((name, i) => `  UNARY_${name.toUpperCase()} = ${i},`).join('\n')}
};
constexpr int32_t kUnaryFunctions = ${UNARY_NAMES.length};

// What every record starts with.
struct OpHeader {
${header.join('\n')}
};

${structs.join('\n\n')}

}  // namespace mobilenet_edge
`;
}

/** C++: what an op is made of and what it does, the ops' functions, and the one switch over opcodes. */
function dispatchHeader(ops) {
  const families = [...new Set(ops.map(({ family }) => family))];
  const traits = ops.map(
    ({ struct, element, family, opcodeName }) => `template <>
struct OpTraits<${struct}> {
  using Element = ${ELEMENTS[element] ?? 'void'};
  static constexpr Family kFamily = Family::k${family};
  static constexpr Opcode kOpcode = ${opcodeName};
};`,
  );
  const byFamily = ops.map(
    ({ struct, element, family }) => `template <>
struct OpOfFamily<Family::k${family}, ${ELEMENTS[element] ?? 'void'}> {
  using Op = ${struct};
};`,
  );
  const functions = ops.map(({ struct }) => `void run_op(const Context& context, const ${struct}& op, int32_t chunk);`);
  const cases = ops.map(
    ({ opcodeName, struct }) => `    case ${opcodeName}:
      visit(reinterpret_cast<const ${struct}&>(op));
      return true;`,
  );
  return `// ${NOTICE}
#pragma once

#include "../kernels/kernels.h"
#include "program.h"

namespace mobilenet_edge {

// What ops do, whatever they are made of.
enum class Family {
${families.map((family) => `  k${family},`).join('\n')}
};

template <typename Op>
struct OpTraits;
${traits.join('\n')}

// What an op's activations are made of; void for one that only has parts.
template <typename Op>
using ElementOf = typename OpTraits<Op>::Element;
template <typename Op>
constexpr Family kFamilyOf = OpTraits<Op>::kFamily;

template <Family family, typename Element>
struct OpOfFamily;
${byFamily.join('\n')}
template <Family family, typename Element>
using OpOf = typename OpOfFamily<family, Element>::Op;

struct Context;

// One function per op, see native/ops/ops.h: runs chunk \`chunk\` of it.
${functions.join('\n')}

// Calls visit(record) with \`op\` as the record that it is. Returns whether there is such an op.
template <typename Visit>
bool visit_op(const OpHeader& op, Visit visit) {
  switch (op.opcode) {
${cases.join('\n')}
  }
  return false;
}

}  // namespace mobilenet_edge
`;
}

/** AssemblyScript: one unmanaged class per record, laid over the words in memory. */
function programModule(ops, { HEADER, UNARY_NAMES }) {
  const opcodes = ops.map(({ opcodeName, opcode }) => `export const ${opcodeName}: i32 = ${opcode};`);
  const classes = ops.map(({ struct, doc, members }) => {
    const lines = members.map(([field, type]) => `  ${field}: ${type};`);
    return `${wrapComment(doc)}\n@unmanaged\nexport class ${struct} {\n${lines.join('\n')}\n}`;
  });
  const header = Object.keys(HEADER).map((field) => `  ${field}: i32;`);
  return `// ${NOTICE}
${opcodes.join('\n')}

// Functions of one value, see lib/program/unary.ts.
${UNARY_NAMES.map((name, i) => `export const UNARY_${name.toUpperCase()}: i32 = ${i};`).join('\n')}

// What every record starts with.
@unmanaged
export class OpHeader {
${header.join('\n')}
}

${classes.join('\n\n')}
`;
}

/** In which file of assembly/ops each op's function is. */
function opFunctions() {
  const folder = join(root, 'assembly', 'ops');
  return Object.fromEntries(
    readdirSync(folder).flatMap((file) =>
      [...readFileSync(join(folder, file), 'utf8').matchAll(/^export function (run_\w+)\(/gm)].map(([, name]) => [
        name,
        file.replace('.ts', ''),
      ]),
    ),
  );
}

/** AssemblyScript: the switch over opcodes. */
function runChunkModule(ops) {
  const homes = opFunctions();
  const functions = [...new Set(Object.values(homes))]
    .sort()
    .map((file) => [file, ops.filter(({ name }) => homes[`run_${name}`] === file).map(({ name }) => `run_${name}`)])
    .filter(([, names]) => names.length > 0)
    .map(([file, names]) => `import { ${names.sort().join(', ')} } from '../ops/${file}';`);
  const missing = ops.find(({ name }) => !(`run_${name}` in homes));
  if (missing) throw new Error(`Expected a function run_${missing.name} in assembly/ops but there is none`);
  const byLetters = (a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1);
  const names = ['OpHeader', ...ops.flatMap(({ opcodeName, struct }) => [opcodeName, struct])].sort(byLetters);
  const cases = ops.map(
    ({ name, opcodeName, struct, memories }) => `    case ${opcodeName}:
      return run_${name}(changetype<${struct}>(at), chunk, ${memories.join(', ')});`,
  );
  return `// ${NOTICE}
// One chunk of one op. Nothing here allocates and nothing is static: the host decides every address. Several threads
// call this at once, so an op touches only its output, its thread's scratch, and no other chunk's share.
${functions.join('\n')}
import {
${names.map((name) => `  ${name},`).join('\n')}
} from './program';

// \`at\`: the address of the op's record; the others are the addresses of the three memories.
export function run_chunk(at: usize, chunk: i32, arena: usize, weights: usize, scratch: usize): void {
  switch (changetype<OpHeader>(at).opcode) {
${cases.join('\n')}
    default:
      unreachable();
  }
}
`;
}

/** C++: numbers, and lists of them. */
function constantsHeader(constants) {
  const type = (values) => (values.every(Number.isInteger) ? 'int32_t' : 'double');
  const lines = Object.entries(constants).map(([name, value]) => {
    const cName = `k${pascalCase(name.toLowerCase())}`;
    return Array.isArray(value)
      ? `constexpr ${type(value)} ${cName}[] = {${value.join(', ')}};`
      : `constexpr ${type([value])} ${cName} = ${value};`;
  });
  return `// ${NOTICE}
// See constants.ts there.
#pragma once

#include <stdint.h>

namespace mobilenet_edge {

${lines.join('\n')}

}  // namespace mobilenet_edge
`;
}

/** AssemblyScript: addresses. */
function teamModule(team) {
  const lines = Object.entries(team).map(([name, value]) => `export const ${name}: usize = ${value};`);
  return `// ${NOTICE}\n// See team.ts there.\n${lines.join('\n')}\n`;
}

/** The text of each generated file. `schema`: what schema.ts, fields.ts and limits.ts of lib/program export. */
export function generatedFiles(schema, constants, team) {
  const ops = opsOf(schema);
  const wasmOps = ops.filter(({ element }) => element !== 'f16');
  return {
    'native/generated/program.h': programHeader(ops, schema),
    'native/generated/constants.h': constantsHeader(constants),
    'native/generated/dispatch.h': dispatchHeader(ops),
    'native/generated/field_checks.h': fieldChecks(ops),
    'assembly/generated/program.ts': programModule(wasmOps, schema),
    'assembly/generated/run_chunk.ts': runChunkModule(wasmOps),
    'assembly/generated/team.ts': teamModule(team),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const require = createRequire(import.meta.url);
  const read = (name) => ({ ...require(`../dist/program/${name}.js`) });
  const schema = { ...read('schema'), ...read('fields'), ...read('limits'), ...read('unary') };
  for (const [path, text] of Object.entries(generatedFiles(schema, read('constants'), read('team')))) {
    writeFileSync(join(root, path), text);
  }
}
