// Writes native/program.h and assembly/program.ts from lib/program/schema.ts and limits.ts, which `npm run generate` has
// compiled before. A test checks that both are up to date.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const notice = 'Generated from lib/program/schema.ts by `npm run generate`; do not edit.';

function pascalCase(name) {
  return name.replace(/(^|_)([a-z])/g, (_match, _separator, letter) => letter.toUpperCase());
}

function wrapComment(text) {
  const lines = [''];
  for (const word of text.split(' ')) {
    if (lines[lines.length - 1].length + word.length > 96) lines.push('');
    lines[lines.length - 1] += (lines[lines.length - 1] ? ' ' : '') + word;
  }
  return lines.map((line) => `// ${line}`).join('\n');
}

function records({ HEADER, SCHEMA }) {
  return Object.entries(SCHEMA).map(([name, { opcode, doc, fields }]) => ({
    name,
    opcode,
    doc,
    fields: Object.entries({ ...HEADER, ...fields }),
  }));
}

/** The C++ header: the limits, and one plain struct per record. `schema`: what schema.ts and limits.ts export. */
export function programHeader({ LIMITS, ...schema }) {
  const cTypes = { i32: 'int32_t', f32: 'float' };
  const opcodes = records(schema).map(({ name, opcode }) => `  OPCODE_${name.toUpperCase()} = ${opcode},`);
  const structs = records(schema).map(({ name, doc, fields }) => {
    const members = fields.map(([field, type]) => `  ${cTypes[type]} ${field};`);
    return `${wrapComment(doc)}\nstruct ${pascalCase(name)}Op {\n${members.join('\n')}\n};`;
  });
  const header = Object.keys(schema.HEADER).map((field) => `  int32_t ${field};`);
  const limits = Object.entries(LIMITS).map(
    ([name, { value, doc }]) => `${wrapComment(doc)}\nconstexpr int32_t kMax${pascalCase(name)} = ${value};`,
  );
  return `// ${notice}
#pragma once

#include <stdint.h>

namespace mobilenet_edge {

${limits.join('\n')}

enum Opcode : int32_t {
${opcodes.join('\n')}
};

// What every record starts with.
struct OpHeader {
${header.join('\n')}
};

${structs.join('\n\n')}

}  // namespace mobilenet_edge
`;
}

/** The AssemblyScript module: one unmanaged class per record, laid over the words in memory. */
export function programModule(schema) {
  const opcodes = records(schema).map(
    ({ name, opcode }) => `export const OPCODE_${name.toUpperCase()}: i32 = ${opcode};`,
  );
  const classes = records(schema).map(({ name, doc, fields }) => {
    const members = fields.map(([field, type]) => `  ${field}: ${type};`);
    return `${wrapComment(doc)}\n@unmanaged\nexport class ${pascalCase(name)}Op {\n${members.join('\n')}\n}`;
  });
  const header = Object.keys(schema.HEADER).map((field) => `  ${field}: i32;`);
  return `// ${notice}
${opcodes.join('\n')}

// What every record starts with.
@unmanaged
export class OpHeader {
${header.join('\n')}
}

${classes.join('\n\n')}
`;
}

const root = fileURLToPath(new URL('..', import.meta.url));

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const require = createRequire(import.meta.url);
  const schema = { ...require('../dist/program/schema.js'), ...require('../dist/program/limits.js') };
  writeFileSync(join(root, 'native', 'program.h'), programHeader(schema));
  writeFileSync(join(root, 'assembly', 'program.ts'), programModule(schema));
}
