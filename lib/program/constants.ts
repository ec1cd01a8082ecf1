/**
 * Numbers that TypeScript and C++ must agree on, apart from LIMITS: `npm run generate` writes them to
 * native/generated/constants.h, CHAIN_CENTRE as kChainCentre.
 */

/** Upper limit of the `threads` option. */
export const MAX_THREADS = 64;
/** Blocks of weights, tensors and what each thread has of its own begin at multiples of so many bytes. */
export const CACHE_LINE = 64;

/** Kernels of integer products read input values up to the next multiple. */
export const Q8_READ_DEPTH = 16;
/** What small_sums (schema.ts) needs of every sum, and of it times its scale: half of 2^15 is far more than any type holds. */
export const SMALL_SUM = 2 ** 22;
export const SMALL_RESULT = 2 ** 14;

/** Chains of quads, see lib/compile/pack_chain.ts: those to choose from, */
export const CHAINS: readonly number[] = [1, 2, 4, -1, -2];
/** and what a quad of one vector costs with each, in instructions of a core that issues four: measured, long rows, no extras. */
export const CHAIN_QUAD_COSTS: readonly number[] = [3, 2.5, 2.2, 3.7, 3.1];
/** Columns from which the chain is chosen; weights of a layer are alike. */
export const CHAIN_SAMPLED_COLUMNS = 16;
/** Columns that extras belong to together. */
export const CHAIN_VECTOR = 8;
/** The most that weights of one sign of a 16-bit lane may sum up to. */
export const CHAIN_LANE_LIMIT = 128;
/** The same for |weight| + 1 of a negative chain, */
export const CHAIN_CENTRED_LIMIT = 256;
/** what such a chain takes off every input, */
export const CHAIN_CENTRE = 128;
/** and the longest row that it can have, because kernels keep centred rows aside. */
export const CHAIN_CENTRED_DEPTH = 2048;
/** The chain of layouts whose only limit is that weights are -127 to 127. */
export const CHAIN_BYTES_ONLY = 0;
