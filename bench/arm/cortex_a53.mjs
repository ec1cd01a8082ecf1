/**
 * Cycles of a block on a Cortex-A53, for which LLVM has no model of use: a rule. The core issues two instructions a
 * cycle in order. Of those on vectors and floats it issues one a cycle; one that loads or stores 128-bit registers takes
 * two cycles for each of them, and for each smaller one a cycle. The rest go beside them, or two a cycle by themselves.
 */
const VECTOR = /\b[vqdsh]\d+\b/;
const MEMORY = /^(v?ld|v?st)/;

/** How many registers of 64 bits and fewer the braces or the operands of a load or store name; one of 128 is two. */
function memoryCycles(mnemonic, operands) {
  const list = operands.match(/\{(.*)\}/)?.[1];
  // One element, or one that is repeated.
  if (mnemonic === 'ld1r' || /\[\d*\]/.test(list ?? '')) return 1;
  if (list === undefined) {
    const registers = operands.split('[')[0].match(/\b[vqdsh]\d+\b/g) ?? [];
    return registers.reduce((sum, register) => sum + (register[0] === 'q' ? 2 : 1), 0);
  }
  return list.split(',').reduce((sum, item) => {
    const [first, last] = item.split('-').map((register) => Number(register.match(/\d+/)[0]));
    const is128 = /\bq\d/.test(item) || /\.(16b|8h|4s|2d)/.test(item);
    return sum + (1 + (last ?? first) - first) * (is128 ? 2 : 1);
  }, 0);
}

/** @param {string[]} block assembly */
export function cortexA53Cycles(block) {
  let vectors = 0;
  let others = 0;
  for (const instruction of block) {
    const [mnemonic, operands = ''] = instruction.split(/\s+(.*)/);
    if (!VECTOR.test(operands) && !mnemonic.startsWith('v')) others++;
    else vectors += MEMORY.test(mnemonic) ? Math.max(1, memoryCycles(mnemonic, operands)) : 1;
  }
  return Math.max(vectors, (vectors + others) / 2);
}
