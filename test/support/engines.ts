/** Every engine and instruction set that this machine can run, for tests that must hold on all of them. */

import { MobileNetEdgeError } from '../../lib/base/errors';
import { type Engine, WASM_ISAS } from '../../lib/engines/engine';
import { NATIVE_ISAS } from '../../lib/engines/isas';
import { selectEngine } from '../../lib/node/engines/select';

/** The engines that are here, and a line for each that is not. MOBILENET_EDGE_REQUIRE_NATIVE=1 makes a missing addon an error. */
export async function enginesUnderTest(): Promise<Engine[]> {
  const engines: Engine[] = [];
  for (const isa of [...NATIVE_ISAS, ...WASM_ISAS]) {
    try {
      engines.push((await selectEngine('auto', { isa })).engine);
    } catch (error) {
      if (!(error instanceof MobileNetEdgeError) || error.code !== 'BACKEND_UNAVAILABLE') throw error;
      if (process.env.MOBILENET_EDGE_REQUIRE_NATIVE === '1' && isa === 'scalar') throw error;
      console.warn(`not tested on ${isa}: ${error.message}`);
    }
  }
  return engines;
}

export async function isasUnderTest(): Promise<string[]> {
  return (await enginesUnderTest()).map(({ isa }) => isa);
}
