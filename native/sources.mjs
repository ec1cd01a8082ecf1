// Prints the sources of the addon, one per line, for binding.gyp: every .cc of these folders. (Kernels are targets of their
// own, each with the flags of its instruction set: native/kernels.gypi.)
import { readdirSync } from 'node:fs';

const FOLDERS = ['native', 'native/ops', 'native/packing'];

for (const folder of FOLDERS) {
  for (const name of readdirSync(folder).sort()) if (name.endsWith('.cc')) console.log(`${folder}/${name}`);
}
