// What the generators of lib/program's counterparts write alike.
export const NOTICE = 'Generated from lib/program by `npm run generate`; do not edit.';

export function pascalCase(name) {
  return name.replace(/(^|_)([a-z])/g, (_match, _separator, letter) => letter.toUpperCase());
}

export function wrapComment(text) {
  const lines = [''];
  for (const word of text.split(' ')) {
    if (lines[lines.length - 1].length + word.length > 96) lines.push('');
    lines[lines.length - 1] += (lines[lines.length - 1] ? ' ' : '') + word;
  }
  return lines.map((line) => `// ${line}`).join('\n');
}
