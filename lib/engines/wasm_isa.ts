/** Which WebAssembly build runs here: finds, compiles and tests the modules. Node only. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { MobileNetEdgeError } from '../errors';
import { packageRoot } from '../package_root';
import { fusesMultiplyAdd, isWasmIsa, WASM_BUILDS, type WasmIsa } from './wasm_probe';

export type { WasmIsa } from './wasm_probe';

export interface WasmBuild {
  isa: WasmIsa;
  module: WebAssembly.Module;
}

const builds = new Map<WasmIsa, Promise<WasmBuild | undefined>>();

/** The module of an instruction set, or undefined where it cannot run or computes wrongly. Compiled once a process. */
function build(isa: WasmIsa): Promise<WasmBuild | undefined> {
  const known = builds.get(isa) ?? compile(isa);
  builds.set(isa, known);
  return known;
}

async function compile(isa: WasmIsa): Promise<WasmBuild | undefined> {
  const path = join(packageRoot(), 'dist', 'wasm', `mobilenet_edge.${isa}.wasm`);
  const bytes = await readFile(path).catch((cause) => {
    throw new MobileNetEdgeError('BACKEND_UNAVAILABLE', `Could not read ${path}: run \`npm run build:wasm\``, {
      cause,
    });
  });
  // Node 20 and 21 have relaxed SIMD behind a flag, which a module needs only while it is compiled. It is process-wide
  // and would slow the start of every worker, so it is taken back at once. Later versions reject the flag.
  const needsFlag = isa === 'relaxed-simd' && Number.parseInt(process.versions.node, 10) < 22;
  if (needsFlag) setFlagsFromString('--experimental-wasm-relaxed-simd');
  try {
    if (!WebAssembly.validate(bytes)) return undefined;
    const module = new WebAssembly.Module(bytes);
    return isa === 'simd128' || fusesMultiplyAdd(module) ? { isa, module } : undefined;
  } finally {
    if (needsFlag) setFlagsFromString('--no-experimental-wasm-relaxed-simd');
  }
}

/**
 * The build to use: `requested` (an option), else MOBILENET_EDGE_ISA where it names a WebAssembly instruction set
 * (it may name a native one, which does not concern this engine), else the best that works here.
 * Throws BACKEND_UNAVAILABLE.
 */
export async function chooseBuild(requested: string | undefined): Promise<WasmBuild> {
  const fromEnvironment = process.env.MOBILENET_EDGE_ISA;
  const wanted = requested ?? (isWasmIsa(fromEnvironment) ? fromEnvironment : undefined);
  for (const isa of WASM_BUILDS) {
    const chosen = wanted === undefined || wanted === isa ? await build(isa) : undefined;
    if (chosen) return chosen;
  }
  const existing = (await Promise.all(WASM_BUILDS.map(build))).flatMap((found) => (found ? [found.isa] : []));
  const expected = existing.length > 0 ? `one of ${existing.join(', ')}` : 'WebAssembly SIMD, which this machine lacks';
  throw new MobileNetEdgeError(
    'BACKEND_UNAVAILABLE',
    `Expected ${expected} as the wasm instruction set${wanted === undefined ? '' : ` but received '${wanted}'`}: ` +
      (existing.length > 0 ? 'choose one of these or leave it out' : 'use the native backend'),
  );
}
