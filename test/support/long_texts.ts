/** A megabyte each of what makes patterns backtrack and searches start again. */
const LENGTH = 1 << 20;

export const longTexts: [name: string, text: string][] = [
  ['spaces', ' '],
  ['tabs', '\t'],
  ['carriage returns', '\r'],
  ['line feeds', '\n'],
  ['zeros', '0'],
  ['digits', '1234567890'],
  ['slashes', '/'],
  ['dots and slashes', '../'],
  ['backslashes', '\\'],
  ['letters', 'a'],
  ['colons', ':'],
  ['NUL characters', '\0'],
  ['escapes', '\x1b['],
].map(([name, unit]) => [name, unit.repeat(LENGTH / unit.length)]);
