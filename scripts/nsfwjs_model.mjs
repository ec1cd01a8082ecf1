/** The MobileNetV2 inside the npm package nsfwjs (MIT): 5 classes, input x / 255. For the demo and the tests. */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const FOLDER = 'nsfwjs/dist/models/mobilenet_v2';

/** Classes in the order of the output, as nsfwjs names them. */
export const NSFWJS_LABELS = ['Drawing', 'Hentai', 'Neutral', 'Porn', 'Sexy'];

/** The model as tfjs artifacts { modelTopology, weightSpecs, weightData }; the package wraps JSON and base64 in modules. */
export function nsfwjsModel() {
  const folder = require.resolve('nsfwjs').replace(/nsfwjs[\\/]dist[\\/].*$/, FOLDER);
  const { modelTopology, weightsManifest } = require(`${folder}/model.min.js`);
  const bytes = Buffer.from(require(`${folder}/group1-shard1of1.min.js`), 'base64');
  const weightData = new Uint8Array(bytes).buffer;
  return { modelTopology, weightSpecs: weightsManifest.flatMap(({ weights }) => weights), weightData };
}
