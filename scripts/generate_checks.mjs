// Writes what native/validate.cc demands of fields by their kind (lib/program/fields.ts): of their values for every op, and
// of addresses and chunks too for those that have no checks of their own.
import { NOTICE, pascalCase } from './generated_text.mjs';

const SIZES = { f32: 'sizeof(float)', f16: 'sizeof(Half)', q8: 'sizeof(uint8_t)', i16: 'sizeof(int16_t)' };

function limitName(limit) {
  return typeof limit === 'number' ? limit : `kMax${pascalCase(limit)}`;
}

/** Of a field's value, whatever it counts. */
function valueChecks(name, field, fields) {
  switch (field.kind) {
    case 'size':
      return [
        `size(op.${name}, ${limitName(field.limit)})`,
        ...(field.multiple > 1 ? [`multiple(op.${name}, ${field.multiple})`] : []),
      ];
    case 'range':
      return [`range(op.${name}, ${field.least}, ${limitName(field.most)})`];
    case 'value':
      return [`value(op.${name})`, ...(field.from ? [`ascend(op.${field.from}, op.${name})`] : [])];
    case 'index_offset':
      return [`index_offset(op.${name})`];
    case 'picture':
      return `${name}_height` in fields ? [`extents(op.${name}_height, op.${name}_width)`] : [];
    default:
      return [];
  }
}

/** Of what an address reaches; of a picture, `channels` of each pixel. */
function addressChecks(name, field, { element, fields }) {
  const bytes = SIZES[field.element ?? element];
  if (field.kind === 'span') {
    const count = field.count ? `${field.times}.0 * op.${field.count}` : field.times;
    return [`span(limits_.${field.memory}, op.${name}, ${count}, ${bytes})`];
  }
  if (field.kind !== 'picture') return [];
  const count = `${name}_height` in fields ? `${name}_pixels(op)` : 'op.pixels';
  const channels = field.lanes > 1 ? `align_up(op.channels, ${field.lanes})` : 'op.channels';
  return [`pixels(limits_.arena, op.${name}, ${count}, op.${name}_stride, ${channels}, ${bytes})`];
}

function method(name, struct, lines) {
  return `  bool ${name}(const ${struct}& op) {\n${lines.map((line) => `    ${line}`).join('\n')}\n  }`;
}

function methodsOf({ struct, fields, ...op }) {
  const entries = Object.entries(fields);
  const values = entries.flatMap(([name, field]) => valueChecks(name, field, fields));
  const shares = entries.filter(([, { kind }]) => kind === 'share');
  const parts = shares.map(([name, { of, multiple }]) => `chunks *= shares(op.${of}, op.${name}, ${multiple});`);
  const methods = [method('values', struct, [...values.map((check) => `${check};`), 'return !defect;'])];
  if (shares.length > 0) {
    methods.push(method('cut', struct, ['double chunks = 1;', ...parts, 'return chunk_count(op.chunks, chunks);']));
  }
  if (!op.ownChecks) {
    const addresses = entries.flatMap(([name, field]) => addressChecks(name, field, { ...op, fields }));
    methods.push(
      method('fields', struct, [
        'if (!values(op) || !cut(op)) return false;',
        ...addresses.map((check) => `${check};`),
        'return !defect;',
      ]),
    );
  }
  return methods.join('\n');
}

export function fieldChecks(ops) {
  return `// ${NOTICE}
#pragma once

#include "../checks.h"

namespace mobilenet_edge {

// What follows from what the fields of an op are. values(): of each by itself. cut(): of its chunks. fields(): all that
// there is to check of an op without checks of its own.
class FieldChecks : public Checks {
 protected:
  using Checks::Checks;

${ops.map(methodsOf).join('\n\n')}
};

}  // namespace mobilenet_edge
`;
}
