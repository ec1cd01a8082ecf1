/** Which WebAssembly build runs here: finds, compiles and tests the modules. Node only. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { MobileNetEdgeError } from '../errors';
import { packageRoot } from '../package_root';

/** Best first. */
const ISAS = ['relaxed-simd', 'simd128'] as const;
export type WasmIsa = (typeof ISAS)[number];

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

/** Without a fused multiply-add relaxed SIMD gains nothing, and early implementations got it wrong. */
function fusesMultiplyAdd(module: WebAssembly.Module): boolean {
  const memory = new WebAssembly.Memory({ initial: 1 });
  new Float32Array(memory.buffer).set([1 + 2 ** -12, -(1 + 2 ** -11), 2, 3, 4]);
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return (exports.fuses_multiply_add as (values: number) => number)(0) === 1;
}

function isWasmIsa(name: string | undefined): name is WasmIsa {
  return (ISAS as readonly (string | undefined)[]).includes(name);
}

/**
 * The build to use: `requested` (an option), else MOBILENET_EDGE_ISA where it names a WebAssembly instruction set
 * (it may name a native one, which does not concern this engine), else the best that works here.
 * Throws BACKEND_UNAVAILABLE.
 */
export async function chooseBuild(requested: string | undefined): Promise<WasmBuild> {
  const fromEnvironment = process.env.MOBILENET_EDGE_ISA;
  const wanted = requested ?? (isWasmIsa(fromEnvironment) ? fromEnvironment : undefined);
  for (const isa of ISAS) {
    const chosen = wanted === undefined || wanted === isa ? await build(isa) : undefined;
    if (chosen) return chosen;
  }
  const existing = (await Promise.all(ISAS.map(build))).flatMap((found) => (found ? [found.isa] : []));
  const expected = existing.length > 0 ? `one of ${existing.join(', ')}` : 'WebAssembly SIMD, which this machine lacks';
  throw new MobileNetEdgeError(
    'BACKEND_UNAVAILABLE',
    `Expected ${expected} as the wasm instruction set${wanted === undefined ? '' : ` but received '${wanted}'`}: ` +
      (existing.length > 0 ? 'choose one of these or leave it out' : 'use the native backend'),
  );
}
