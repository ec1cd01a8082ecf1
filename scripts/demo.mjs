// Classifies a real photograph with a real MobileNetV2, both from npm packages: `npm run demo`.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { measure } from '../dist/cli/measure.js';
import { classList, engineLine, milliseconds, networkTitle, styleFor } from '../dist/cli/render.js';
import { load } from '../dist/index.js';
import { NSFWJS_LABELS, nsfwjsModel } from './nsfwjs_model.mjs';

const RUNS = 30;
const photograph = join(dirname(createRequire(import.meta.url).resolve('baboon-image/package.json')), 'baboon.png');
const artifacts = nsfwjsModel();

const start = performance.now();
const model = await load(artifacts, {
  labels: NSFWJS_LABELS,
  // As nsfwjs itself prepares pictures.
  preprocess: { crop: 'stretch', resize: 'bilinear-align-corners', range: '0..1' },
});
const loadMs = performance.now() - start;
const { firstMs, medianMs } = await measure(model, RUNS);
const classes = await model.classify(photograph);

const style = styleFor(process.stdout);
const times = [`load ${milliseconds(loadMs)}`, `first ${milliseconds(firstMs)}`, `median ${milliseconds(medianMs)}`];
console.log(`
${style.bold('baboon.png')} ${style.dim(`by the ${networkTitle(model.info)} of nsfwjs`)}
${classList(classes, style)}

${engineLine(model.info, times, style)}`);
model.close();
