/**
 * Who takes part. Each module exports
 *   open({ files, options }): loads the network and resolves to
 *     { details: what the engine runs with, setInput(values: NHWC, Float32Array or Int8Array, shape),
 *       predict(): Promise<typed array>, outputOffset: what an int8 level is more in this engine (default 0) }
 * `predict` is timed: from the input as the engine's users hold it to plain values. Bringing a picture into the
 * engine's own layout (NCHW) is left out of it, in those peers' favour.
 *
 * `model` is one of networks.mjs' MODELS, `agreement` one of agreement.mjs' tolerances. `rivals` are the table's ratios:
 * heading and contestant. `needsCpu` marks an instruction set that a machine may lack: such a contestant may be left out,
 * any other one that cannot be loaded is a failure. `packages` are what a user installs for it.
 */
import { saturatesInt8 } from '../cpu.mjs';

export const PACKAGES = {
  'mobilenet-edge': ['mobilenet-edge'],
  'onnxruntime-node': ['onnxruntime-node'],
  'onnxruntime-web': ['onnxruntime-web'],
  'LiteRT.js': ['@litertjs/core'],
  'tfjs-backend-wasm': ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-wasm'],
};

const LITERT_JS = { simd128: 'LiteRT.js simd128', 'relaxed-simd': 'LiteRT.js relaxed-simd' };

/** LiteRT.js' build of the same instruction set, its fastest beside native code. */
const litertRival = (isa) => LITERT_JS[isa] ?? LITERT_JS['relaxed-simd'];

function float32(contestant) {
  const rivals = {
    'onnxruntime-node': 'onnxruntime-node',
    'LiteRT.js': litertRival(contestant.options.isa),
    'tfjs-backend-wasm': 'tfjs-backend-wasm',
  };
  return { ...contestant, precision: 'float32', model: 'float32', rivals };
}

/** The int8 form of a float32 contestant. */
function int8(contestant, changes = {}) {
  const name = `${contestant.name} int8`;
  const rivals = {
    'onnxruntime-node int8': 'onnxruntime-node int8',
    'LiteRT.js int8': `${litertRival(contestant.options.isa)} int8`,
    'own float32': contestant.name,
  };
  const options = { ...contestant.options, precision: 'int8' };
  return { ...contestant, name, precision: 'int8', model: 'int8', options, rivals, ...changes };
}

function ours(backend, isa, needsCpu = false) {
  return float32({
    name: `mobilenet-edge ${backend} ${isa}`,
    module: 'mobilenet_edge.mjs',
    options: { backend, isa, precision: 'float32' },
    needsCpu,
    agreement: 'own',
    packages: PACKAGES['mobilenet-edge'],
  });
}

function peer(name, module) {
  return float32({ name, module, options: {}, needsCpu: false, agreement: 'peer', packages: PACKAGES[name] });
}

function litertJs(isa) {
  return { ...peer('LiteRT.js', 'litert_js.mjs'), name: LITERT_JS[isa], options: { isa } };
}

/** The same on two threads, beside a peer that has two. */
function onTwoThreads(contestant) {
  const name = `${contestant.name}, 2 threads`;
  const options = { ...contestant.options, threads: 2 };
  const peer = contestant.precision === 'int8' ? 'onnxruntime-node int8' : 'onnxruntime-node';
  return { ...contestant, name, options, rivals: { [peer]: `${peer}, 2 threads`, 'own 1 thread': contestant.name } };
}

const avx512vnni = ours('native', 'avx512vnni', true);
const avx2 = ours('native', 'avx2', true);
const scalar = ours('native', 'scalar');
const simd128 = ours('wasm', 'simd128');
const relaxedSimd = ours('wasm', 'relaxed-simd', true);
const litertSimd128 = litertJs('simd128');
const litertRelaxedSimd = litertJs('relaxed-simd');
const onnxruntimeNode = peer('onnxruntime-node', 'onnxruntime_node.mjs');
const onnxruntimeWeb = peer('onnxruntime-web', 'onnxruntime_web.mjs');

const avx512vnniInt8 = int8(avx512vnni);
const avx2Int8 = int8(avx2);
const onnxruntimeNodeInt8 = int8(onnxruntimeNode, { agreement: saturatesInt8() ? 'saturating' : 'peer' });

export const CONTESTANTS = [
  avx512vnni,
  avx2,
  scalar,
  onnxruntimeNode,
  onTwoThreads(avx512vnni),
  onTwoThreads(avx2),
  onTwoThreads(onnxruntimeNode),
  relaxedSimd,
  litertRelaxedSimd,
  simd128,
  litertSimd128,
  peer('tfjs-backend-wasm', 'tfjs_wasm.mjs'),
  onnxruntimeWeb,
  avx512vnniInt8,
  avx2Int8,
  int8(avx2, { name: `${avx2.name} int8, uniform weights`, model: 'int8_uniform' }),
  int8(scalar),
  onnxruntimeNodeInt8,
  onTwoThreads(avx512vnniInt8),
  onTwoThreads(avx2Int8),
  onTwoThreads(onnxruntimeNodeInt8),
  int8(relaxedSimd),
  int8(litertRelaxedSimd),
  int8(simd128),
  int8(litertSimd128),
  int8(onnxruntimeWeb),
];
