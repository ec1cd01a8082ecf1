// Generated from native/isas.json by `npm run generate`; do not edit.

/** The native instruction sets that MOBILENET_EDGE_ISA and the option `isa` may name, worst first. */
export const NATIVE_ISAS: readonly string[] = ['scalar', 'avx2', 'avx512vnni', 'neon', 'neondot'];
