import type { Geometry } from '../program/program';

/** The tiles of assembly/kernels. Fusing bottlenecks below 28 rows costs 2 to 3 % of the time and no longer lowers the arena. */
export const WASM_GEOMETRY: Geometry = {
  panel: 8,
  lastPanel: 8,
  channelGroup: 4,
  fuseFromHeight: 28,
  q8: { type: 'int16', packing: 'pairs', panel: 8, lastPanel: 8, channelGroup: 4, fuseFromHeight: 28 },
};
