/** Who takes part in `--browser`; as contestants/index.mjs explains, its modules are in browser/contestants. */
import { PACKAGES } from '../contestants/index.mjs';

const ENGINES = [
  { name: 'mobilenet-edge', module: 'mobilenet_edge.mjs', isa: 'relaxed-simd', agreement: 'own' },
  { name: 'mobilenet-edge', module: 'mobilenet_edge.mjs', isa: 'simd128', agreement: 'own' },
  { name: 'LiteRT.js', module: 'litert_js.mjs', isa: 'relaxed-simd', agreement: 'peer' },
  { name: 'LiteRT.js', module: 'litert_js.mjs', isa: 'simd128', agreement: 'peer', oneThread: true },
  { name: 'tfjs-backend-wasm', module: 'tfjs_wasm.mjs', agreement: 'peer', floatOnly: true },
];

const nameOf = (engine, isa, precision, threads) =>
  [engine, isa, precision === 'int8' && 'int8'].filter(Boolean).join(' ') + (threads > 1 ? `, ${threads} threads` : '');

/** The peers of the same precision and as many threads: LiteRT.js' of the same instruction set, where there is one. */
function rivalsOf({ name, isa = 'relaxed-simd' }, precision, threads) {
  const litertIsa = threads > 1 ? 'relaxed-simd' : isa;
  return {
    'LiteRT.js': nameOf('LiteRT.js', litertIsa, precision, threads),
    ...(precision === 'float32' && { 'tfjs-backend-wasm': nameOf('tfjs-backend-wasm', undefined, precision, threads) }),
    ...(precision === 'int8' && { 'own float32': nameOf(name, isa, 'float32', threads) }),
    ...(threads > 1 && { 'own 1 thread': nameOf(name, name === 'tfjs-backend-wasm' ? undefined : isa, precision, 1) }),
  };
}

function contestants(precision, threads) {
  return ENGINES.filter(
    ({ floatOnly, oneThread }) => !(floatOnly && precision === 'int8') && !(oneThread && threads > 1),
  ).map((engine) => {
    const { name, module, isa, agreement } = engine;
    return {
      name: nameOf(name, isa, precision, threads),
      module,
      precision,
      model: precision,
      options: { isa, precision, threads },
      rivals: rivalsOf(engine, precision, threads),
      agreement,
      needsCpu: false,
      // It takes half of the processors, whatever setThreadsCount says.
      processors: name === 'tfjs-backend-wasm' ? 2 * threads : undefined,
      packages: PACKAGES[name],
    };
  });
}

export const BROWSER_CONTESTANTS = ['float32', 'int8'].flatMap((precision) =>
  [1, 2].flatMap((threads) => contestants(precision, threads)),
);
