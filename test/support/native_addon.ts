/** The native addon for its own tests, which are skipped where it was not built (no C++ compiler). */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { packageRoot } from './package_root';

function load() {
  const root = packageRoot();
  try {
    return createRequire(join(root, 'package.json'))('node-gyp-build')(root);
  } catch (error) {
    if (process.env.MOBILENET_EDGE_REQUIRE_NATIVE === '1') throw error;
    console.warn('SKIPPED: the tests of the native addon, because it was not built here');
    return undefined;
  }
}

/** What native/addon.cc exports, or undefined. */
export const addon = load();
