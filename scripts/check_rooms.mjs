// Holds the rooms of lib/ apart: a file imports only from its own room and from those before it, so that no room needs one
// that needs it; only Node's rooms import Node's modules.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOMS = [
  'base',
  'sources',
  'graph',
  'image',
  'program',
  'ops',
  'compile',
  'passes',
  'architectures',
  'engines',
  'formats',
  'model',
  'train',
  'browser',
  'node',
  'cli',
];
/** What needs Node, and what pages must never get. */
const NODES_ROOMS = ['node', 'cli'];
/** The faces of the package: beside the rooms, they export from any. */
const FACES = ['index.ts', 'esm.mts', 'types.mts'];

const lib = fileURLToPath(new URL('../lib', import.meta.url));
const IMPORT = /(?:\bfrom|\bimport\(|\bimport|\brequire\()\s*['"]([^'"]+)['"]/g;

function* problems(file, text) {
  const [room] = file.split(sep);
  if (!ROOMS.includes(room)) return yield `is in no room: ${ROOMS.join(', ')}`;
  for (const [, specifier] of text.matchAll(IMPORT)) {
    if (!specifier.startsWith('.')) {
      if (/^(?:node:|sharp$)/.test(specifier) && !NODES_ROOMS.includes(room)) {
        yield `imports ${specifier}: only ${NODES_ROOMS.join(' and ')} may`;
      }
      continue;
    }
    const [other] = relative(lib, resolve(lib, dirname(file), specifier)).split(sep);
    const isLater = ROOMS.indexOf(other) > ROOMS.indexOf(room);
    if (isLater || !ROOMS.includes(other)) yield `imports ${specifier}: ${room} comes before ${other}`;
    else if (other === 'browser' && room !== 'browser') yield `imports ${specifier}: browsers are no place for Node`;
  }
}

const files = readdirSync(lib, { recursive: true }).filter((file) => /\.m?ts$/.test(file) && !FACES.includes(file));
const found = files.flatMap((file) =>
  [...problems(file, readFileSync(join(lib, file), 'utf8'))].map((problem) => `lib/${file} ${problem}`),
);
for (const line of found) console.error(line);
if (found.length > 0) process.exitCode = 1;
