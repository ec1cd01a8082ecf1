import { join } from 'node:path';

/** The folder of the package's package.json. */
export function packageRoot(): string {
  return join(__dirname, '..', '..');
}
