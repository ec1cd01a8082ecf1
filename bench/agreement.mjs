/** A benchmark of wrong answers is worthless: every contestant must give mobilenet-edge's own, before and after timing. */
import { importMobilenetEdge } from './mobilenet_edge.mjs';
import { randomInput } from './networks.mjs';

const TOLERANCE = 1e-4;
/** Random networks may answer nearly alike to all pictures: errors must also be small beside the differences there are. */
const SHARE_OF_DIFFERENCE = 0.01;

function maxDifference(a, b) {
  return a.reduce((max, value, i) => Math.max(max, Math.abs(value - b[i])), 0);
}

/** Two random pictures and mobilenet-edge's answers to them. */
export async function makeReference(graph) {
  const { load } = await importMobilenetEdge();
  const model = await load(graph);
  const { shape } = graph.input;
  const length = shape.reduce((a, b) => a * b, 1);
  const pictures = [];
  for (const seed of [1, 2]) {
    const values = randomInput(length, seed);
    pictures.push({ values, shape, answer: (await model.predict(values)).data });
  }
  model.close();
  const difference = maxDifference(pictures[0].answer, pictures[1].answer);
  return { pictures, tolerance: Math.min(TOLERANCE, SHARE_OF_DIFFERENCE * difference) };
}

/** The greatest difference of probabilities. Throws if it is more than the reference allows. */
export function checkAnswer(name, answer, expected, tolerance) {
  if (answer.length !== expected.length) {
    throw new Error(`${name}: expected ${expected.length} probabilities but received ${answer.length}`);
  }
  const difference = maxDifference(answer, expected);
  // Written so that NaN fails too.
  if (!(difference <= tolerance)) {
    throw new Error(
      `${name}: expected mobilenet-edge's probabilities within ${tolerance} but they are off by ${difference}`,
    );
  }
  return difference;
}
