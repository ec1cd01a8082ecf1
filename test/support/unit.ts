/** Holds the tests of the project `unit` to its word: what would need something built, or start something, throws. */
import child from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import workers from 'node:worker_threads';

function refuse(holder: object, ...names: string[]): void {
  for (const name of names) {
    const refused = () => {
      throw new Error(`Expected no ${name} in a test of the project 'unit': it belongs in another folder of test/`);
    };
    Object.defineProperty(holder, name, { value: refused, configurable: true, writable: true });
  }
}

refuse(child, 'exec', 'execFile', 'execFileSync', 'execSync', 'fork', 'spawn', 'spawnSync');
refuse(workers, 'Worker');
refuse(WebAssembly, 'compile', 'instantiate', 'Instance', 'Module');
syncBuiltinESMExports();
