/** Where the installed package lies: prebuilt addons, wasm modules and worker scripts are found from here. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { MobileNetEdgeError } from './errors';

let root: string | undefined;

/** The folder of mobilenet-edge's package.json, from lib/ and dist/ alike. Throws INTERNAL where there is none. */
export function packageRoot(): string {
  root ??= findRoot(__dirname);
  return root;
}

function findRoot(start: string): string {
  for (let folder = start; ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).name === 'mobilenet-edge') return folder;
    if (folder === dirname(folder)) {
      throw new MobileNetEdgeError(
        'INTERNAL',
        `Expected mobilenet-edge's package.json above ${start}: keep the package's folder whole, and mark it as external when bundling`,
      );
    }
  }
}
