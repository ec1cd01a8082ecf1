/**
 * Who takes part. Each module exports
 *   open({ files, options }): loads the network and resolves to
 *     { details: what the engine runs with, setInput(values: NHWC Float32Array, shape), predict(): Promise<Float32Array> }
 * `predict` is timed: from the input as the engine's users hold it to plain values. Bringing a picture into the
 * engine's own layout (NCHW) is left out of it, in those peers' favour.
 *
 * `needsCpu` marks an instruction set that a machine may lack: such a contestant may be left out, any other one that
 * cannot be loaded is a failure. `packages` are what a user installs for it.
 */
function ours(backend, isa, needsCpu = false) {
  return {
    name: `mobilenet-edge ${backend} ${isa}`,
    module: 'mobilenet_edge.mjs',
    options: { backend, isa },
    needsCpu,
    packages: ['mobilenet-edge'],
  };
}

function peer(name, module, packages = [name]) {
  return { name, module, options: {}, needsCpu: false, packages };
}

export const CONTESTANTS = [
  ours('native', 'avx2', true),
  ours('native', 'scalar'),
  peer('onnxruntime-node', 'onnxruntime_node.mjs'),
  ours('wasm', 'relaxed-simd', true),
  ours('wasm', 'simd128'),
  peer('tfjs-backend-wasm', 'tfjs_wasm.mjs', ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-wasm']),
  peer('onnxruntime-web', 'onnxruntime_web.mjs'),
];

/** Whom the table's ratios are against. */
export const RIVALS = ['onnxruntime-node', 'tfjs-backend-wasm'];
