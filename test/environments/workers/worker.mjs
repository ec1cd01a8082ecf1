import { load, mobilenetV1 } from 'mobilenet-edge';
import simd128 from 'mobilenet-edge/wasm/mobilenet_edge.simd128.wasm';

async function answer(options) {
  try {
    const model = await load(mobilenetV1({ alpha: 0.25, inputSize: 32, classes: 3 }), { thread: 'main', ...options });
    const classes = await model.classify({ data: new Uint8Array(3072), width: 32, height: 32, channels: 3 });
    return classes.length === 3 ? model.info.isa : `${classes.length} classes`;
  } catch (error) {
    return `${error.name} ${error.code}`;
  }
}

export default {
  fetch: async () => new Response(`${await answer({ wasmBinary: { simd128 } })}; ${await answer({})}`),
};
