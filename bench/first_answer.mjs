/** How long a fresh process waits for its first answer: from the call that reads the model file to the end of one run. */
import { execFileSync } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const BENCH = dirname(fileURLToPath(import.meta.url));
const REPETITIONS = 9;

/** Each prints how many milliseconds it took to require the package, and then to the first answer. */
const TIMED = (open) => `
const [, file, ...shape] = process.argv;
const values = new Float32Array(shape.reduce((product, size) => product * Number(size), 1));
const start = performance.now();
${open}`;
const PRINT = 'console.log(JSON.stringify({ requireMs: required - start, answerMs: performance.now() - required }))';
const OURS = TIMED(`
const { load } = require('../dist/index.js');
const required = performance.now();
load(file, { backend: 'native', threads: 1 }).then((model) => model.predict(values)).then(() => ${PRINT});`);
const ONNXRUNTIME = TIMED(`
const { InferenceSession, Tensor } = require('onnxruntime-node');
const required = performance.now();
InferenceSession.create(file, { intraOpNumThreads: 1, interOpNumThreads: 1 }).then((session) => {
  const [n, height, width, channels] = shape.map(Number);
  return session.run({ [session.inputNames[0]]: new Tensor('float32', values, [n, channels, height, width]) });
}).then(() => ${PRINT});`);

function timesOf(script, file, shape) {
  return JSON.parse(execFileSync(process.execPath, ['-e', script, file, ...shape], { cwd: BENCH, encoding: 'utf8' }));
}

/** For our native engine and onnxruntime-node in turns: { name, times: [{ requireMs, answerMs }] } of fresh processes, one thread. */
export function measureFirstAnswer({ tflite, onnx }, shape) {
  const contestants = [
    { name: 'mobilenet-edge', script: OURS, file: tflite, times: [] },
    { name: 'onnxruntime-node', script: ONNXRUNTIME, file: onnx, times: [] },
  ];
  for (let i = 0; i < REPETITIONS; i++) {
    for (const { script, file, times } of contestants) times.push(timesOf(script, file, shape.map(String)));
  }
  return contestants.map(({ name, times }) => ({ name, times }));
}
