// What LiteRT.js needs to start in Node: the benchmark and the tests run it there.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { compileFunction } from 'node:vm';

const require = createRequire(import.meta.url);

/** LiteRT.js loads its script as a browser's worker does. The script knows Node, but lies in a package of ES modules. */
function importScripts(path) {
  const module = { exports: {} };
  const names = ['require', 'module', 'exports', '__filename', '__dirname'];
  const run = compileFunction(readFileSync(path, 'utf8'), names, { filename: path });
  run(require, module, module.exports, path, dirname(path));
  globalThis.ModuleFactory = module.exports;
}

/** Says what goes wrong, but not how LiteRT.js looks for accelerators that Node lacks. */
function printErr(line) {
  if (!/^(INFO|WARNING):/.test(line)) console.error(line);
}

/** Before '@litertjs/core' is imported. */
export function standInForWorker() {
  Object.assign(globalThis, { self: globalThis, importScripts, Module: { printErr } });
}
