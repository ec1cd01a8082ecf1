// Which modules of a package nobody can load: neither its exports and commands, nor what these name.
import { posix } from 'node:path';

const MODULE = /\.[cm]?js$/;

/** All files that `exports` and `bin` name, patterns as they are. */
function entries({ main, exports, bin }) {
  const values = (value) => (typeof value === 'object' ? Object.values(value ?? {}).flatMap(values) : [value]);
  return [main, ...values(exports), ...values(bin)]
    .filter((path) => typeof path === 'string')
    .map((path) => posix.normalize(path));
}

/**
 * What a module names. Relative specifiers of require(), import and new URL() count, and paths in pieces that begin at
 * the module's folder: join(__dirname, '..', 'dist', 'x.js').
 */
function named(path, source) {
  const folder = posix.dirname(path);
  const specifiers = Array.from(source.matchAll(/["'`](\.{1,2}\/[^"'`\n]+)["'`]/g), ([, specifier]) => specifier);
  const joined = Array.from(source.matchAll(/\bjoin\)?\(__dirname((?:,\s*["'`][^"'`\n]*["'`])+)\)/g), ([, pieces]) =>
    Array.from(pieces.matchAll(/["'`]([^"'`\n]*)["'`]/g), ([, piece]) => piece).join('/'),
  );
  return [...specifiers, ...joined].map((specifier) => posix.join(folder, specifier));
}

/** The modules among `paths` that no entry reaches; `read` gives a file's text. */
export function unreachedModules(manifest, paths, read) {
  const modules = new Set(paths.filter((path) => MODULE.test(path)));
  const waiting = entries(manifest).filter((path) => modules.has(path));
  const reached = new Set(waiting);
  while (waiting.length > 0) {
    const path = waiting.pop();
    for (const name of named(path, read(path))) {
      for (const candidate of [name, `${name}.js`, `${name}/index.js`]) {
        if (!modules.has(candidate) || reached.has(candidate)) continue;
        reached.add(candidate);
        waiting.push(candidate);
      }
    }
  }
  return [...modules].filter((path) => !reached.has(path));
}
