// The dynamic symbols of ELF files. Needs readelf (binutils).
import { execFileSync } from 'node:child_process';

/** `{ name, version, weak, defined }` of each; `version` is undefined where it has none. */
export function dynamicSymbols(path) {
  const text = execFileSync('readelf', ['--wide', '--dyn-syms', path], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const rows = text.split('\n').map((line) => line.trim().split(/\s+/));
  return rows
    .filter((row) => /^\d+:$/.test(row[0]) && row.length >= 8 && row[4] !== 'LOCAL')
    .map(([, , , , binding, , section, label]) => {
      const [name, version] = label.split(/@+/);
      return { name, version, weak: binding === 'WEAK', defined: section !== 'UND' };
    });
}
