// Where this Node's own headers are, so that node-gyp need not download any.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** The folder for node-gyp's --nodedir, or undefined where the headers did not come with this Node. */
export function headerFolder() {
  const prefix = join(dirname(process.execPath), '..');
  const header = join(prefix, 'include', 'node', 'node_version.h');
  if (process.platform === 'win32' || !existsSync(header)) return undefined;
  const [major] = process.versions.node.split('.');
  const matches = new RegExp(`#define NODE_MAJOR_VERSION ${major}\\b`).test(readFileSync(header, 'utf8'));
  return matches ? prefix : undefined;
}
