/** The demo page: a picture or the camera, a model, live answers. Everything is computed in the model's worker. */
import {
  type Classification,
  type ImageSource,
  type LoadOptions,
  load,
  type Model,
  type ModelSource,
} from 'mobilenet-edge';
import { Bars, percent } from './bars';
import { button, element, run, showProblem } from './elements';
import { currentPicture, isLive, showPicture, startCamera, stopCamera } from './picture';
import { classifyOwn, hasHead, setUpTeaching, useModel } from './teach';

const bars = new Bars(element('bars', HTMLOListElement));
const spoken = element('spoken', HTMLParagraphElement);
const loading = element('loading', HTMLProgressElement);
const modelName = element('model-name', HTMLParagraphElement);
const text = (id: string, value: string): void => {
  document.getElementById(id)!.textContent = value;
};

let model: Model | undefined;

/** The default model, from nsfwjs; it names its classes nowhere in the file. */
const DEFAULT: { source: string; options: LoadOptions } = {
  source: new URL('model/model.json', document.baseURI).href,
  options: {
    labels: ['Drawing', 'Hentai', 'Neutral', 'Porn', 'Sexy'],
    preprocess: { crop: 'stretch', resize: 'bilinear-align-corners', range: '0..1' },
  },
};

async function useSource(source: ModelSource, options: LoadOptions, name: string): Promise<void> {
  modelName.textContent = `Loading ${name}…`;
  loading.hidden = false;
  try {
    const onProgress: LoadOptions['onProgress'] = (fraction) => {
      loading.value = fraction;
    };
    const loaded = await load(source, { ...options, onProgress });
    model?.close();
    model = loaded;
  } catch (error) {
    if (model) modelName.textContent = `${name} could not be loaded; the model before it stays.`;
    throw error;
  } finally {
    loading.hidden = true;
  }
  const { architecture, alpha, inputShape, classes, parameters, precision, backend, isa, threads } = model.info;
  const title =
    architecture === 'custom'
      ? 'A network of its own kind'
      : `${architecture.replace('mobilenet_', 'MobileNet ')} ${Number.isInteger(alpha) ? alpha!.toFixed(1) : alpha}`;
  modelName.textContent = `${name}: ${title}, ${inputShape[2]}×${inputShape[1]}, ${classes} classes, ${(parameters / 1e6).toFixed(1)} million parameters, ${precision}`;
  text('backend', `${backend}, ${isa}`);
  text('threads', String(threads));
  showProblem(undefined);
  useModel(model);
  await answer();
}

/** Times of the last answers, in milliseconds. */
const recent: number[] = [];
const STILL_ANSWERS = 5;
let answering = false;
/** Whether there was something new to see while the picture before it was answered. */
let again = false;

async function timed(by: Model, picture: ImageSource): Promise<Classification[]> {
  const begin = performance.now();
  const classes = await by.classify(picture);
  recent.push(performance.now() - begin);
  if (recent.length > 30) recent.shift();
  return classes;
}

async function answer(): Promise<void> {
  if (answering) again = true;
  const picture = currentPicture();
  if (!picture || !model || answering) return;
  answering = true;
  again = false;
  try {
    let classes = await timed(model, picture);
    // A camera warms up by itself; a still picture is answered a few times, and the first of them does not count.
    for (let i = 1; i < STILL_ANSWERS && !isLive(); i++) {
      if (i === 1) recent.length = 0;
      classes = await timed(model, picture);
    }
    bars.show(classes);
    await classifyOwn(picture);
    await showTimes(model);
    if (!isLive()) spoken.textContent = `${classes[0].className}, ${percent(classes[0].probability)}`;
    showProblem(undefined);
  } finally {
    answering = false;
    if (again) run(answer);
  }
}

/** The time of an inference, and how many live answers ago it was taken. */
let inferenceMs = 0;
let age = 0;

function forgetTimes(): void {
  recent.length = 0;
  age = 0;
}

/** Something else on the machine makes some runs longer, and none shorter: the one in the middle is typical. */
function median(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[times.length >> 1];
}

/** What of an answer is inference is measured by itself, on a tensor, from time to time. */
async function showTimes(measured: Model): Promise<void> {
  const whole = median(recent);
  if (!isLive() || age++ % 30 === 0) inferenceMs = Math.min(whole, await timeInference(measured));
  text('fps', isLive() ? (1000 / whole).toFixed(0) : `${(1000 / whole).toFixed(0)} possible`);
  text('inference-ms', `${inferenceMs.toFixed(1)} ms`);
  text('resize-ms', `${Math.max(0, whole - inferenceMs).toFixed(1)} ms`);
}

async function timeInference(measured: Model): Promise<number> {
  const { inputShape, inputType } = measured.info;
  const length = inputShape.reduce((a, b) => a * b);
  const tensor = { float32: Float32Array, uint8: Uint8Array, int8: Int8Array, int32: Float32Array }[inputType];
  const times = [];
  for (let i = 0; i < 3; i++) {
    const begin = performance.now();
    await measured.predict(new tensor(length));
    times.push(performance.now() - begin);
  }
  return median(times);
}

async function loop(): Promise<void> {
  while (isLive()) {
    await answer();
    await new Promise(requestAnimationFrame);
  }
}

async function useFiles(files: readonly File[]): Promise<void> {
  const pictures = files.filter(({ type }) => type.startsWith('image/'));
  if (pictures.length > 0) {
    await showPicture(pictures[0], pictures[0].name);
    await answer();
  } else if (files.length > 0) {
    const main = files.find(({ name }) => name.endsWith('.json')) ?? files[0];
    forgetTimes();
    await useSource(files.length === 1 ? files[0] : files, {}, main.name);
    button('default-model').hidden = false;
  }
}

function setUp(): void {
  const drop = element('drop', HTMLDivElement);
  const picture = element('picture', HTMLInputElement);
  const modelFiles = element('model-files', HTMLInputElement);
  for (const event of ['dragenter', 'dragover', 'dragleave', 'drop'] as const) {
    document.addEventListener(event, (dragged) => {
      dragged.preventDefault();
      drop.classList.toggle('over', event === 'dragenter' || event === 'dragover');
      if (event === 'drop') run(() => useFiles([...(dragged.dataTransfer?.files ?? [])]));
    });
  }
  for (const input of [picture, modelFiles]) {
    input.addEventListener('change', () => {
      const files = [...(input.files ?? [])];
      // So that the same file can be chosen again.
      input.value = '';
      run(() => useFiles(files));
    });
  }
  button('pick').addEventListener('click', () => picture.click());
  button('pick-model').addEventListener('click', () => modelFiles.click());
  button('default-model').addEventListener('click', () => run(useDefault));
  button('webcam').addEventListener('click', () =>
    run(async () => {
      if (isLive()) return stopCamera();
      await startCamera();
      forgetTimes();
      run(loop);
    }),
  );
  document.addEventListener('head', () => hasHead() && run(answer));
  setUpTeaching(currentPicture);
}

async function useDefault(): Promise<void> {
  button('default-model').hidden = true;
  forgetTimes();
  await useSource(DEFAULT.source, DEFAULT.options, 'nsfwjs');
}

setUp();
run(async () => {
  const baboon = await fetch(new URL('baboon.png', document.baseURI));
  await showPicture(await baboon.blob(), 'baboon.png');
  await useDefault();
});
