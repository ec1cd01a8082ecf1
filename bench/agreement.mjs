/** A benchmark of wrong answers is worthless: every contestant must give mobilenet-edge's own, before and after timing. */
import { importMobilenetEdge } from './mobilenet_edge.mjs';
import { randomPicture } from './random.mjs';

const PROBABILITY_TOLERANCE = 1e-4;
/** Random networks may answer nearly alike to all pictures: errors must also be small beside the differences there are. */
const SHARE_OF_DIFFERENCE = 0.01;

/**
 * In levels of an int8 logit; another picture makes 30 of difference, a wrong stride, bias or scale in one layer 5 to 40.
 *   own         mobilenet-edge promises the same bytes everywhere
 *   peer        onnxruntime sums exactly and rounds convolutions alike, but it rounds additions in float32 and not in
 *               20 bits as TFLite does: one level more or less in a skip connection grows to 5 in V2's logits
 *   saturating  onnxruntime-node on x64 without VNNI: its sums of two products stick at 32767, which put logits off by up
 *               to 45. The same file is held to `peer` by onnxruntime-web, whose sums are exact
 */
const levelTolerances = ({ nodes }) => ({ own: 0, peer: nodes.some(({ op }) => op === 'add') ? 8 : 2, saturating: 64 });

function maxDifference(a, b) {
  return a.reduce((max, value, i) => Math.max(max, Math.abs(value - b[i])), 0);
}

/** Real values as the input tensor holds them. */
function toInput(values, { type, quantization }) {
  if (type === 'float32') return values;
  const [scale, zero] = [quantization.scale[0], quantization.zeroPoint[0]];
  return Int8Array.from(values, (value) => Math.max(-128, Math.min(127, Math.round(value / scale) + zero)));
}

/**
 * Two random pictures with mobilenet-edge's answers to them, probabilities or int8 levels, and how far off each kind of
 * contestant may be, and the network's multiply-accumulates. Throws if the tolerance is not well below the difference that another picture makes.
 */
export async function makeReference(graph) {
  const { load } = await importMobilenetEdge();
  const model = await load(graph);
  const pictures = [];
  for (const seed of [1, 2]) {
    const values = toInput(randomPicture(graph.input.shape, seed), graph.input);
    const answer = Float32Array.from((await model.predict(values)).data);
    pictures.push({ values, shape: graph.input.shape, answer });
  }
  const { macs } = model.info;
  model.close();
  const difference = maxDifference(pictures[0].answer, pictures[1].answer);
  if (graph.outputs[0].type === 'int8') {
    const tolerances = levelTolerances(graph);
    if (!(difference >= 2 * tolerances.peer)) {
      throw new Error(`Expected two pictures to differ clearly but their logits are within ${difference} levels`);
    }
    return { pictures, tolerances, macs };
  }
  const tolerance = Math.min(PROBABILITY_TOLERANCE, SHARE_OF_DIFFERENCE * difference);
  return { pictures, tolerances: { own: tolerance, peer: tolerance }, macs };
}

/** The greatest difference of two answers. Throws if it is more than `tolerance`. */
export function checkAnswer(name, answer, expected, tolerance) {
  if (answer.length !== expected.length) {
    throw new Error(`${name}: expected ${expected.length} values but received ${answer.length}`);
  }
  const difference = maxDifference(answer, expected);
  // Written so that NaN fails too.
  if (!(difference <= tolerance)) {
    throw new Error(`${name}: expected mobilenet-edge's answer within ${tolerance} but it is off by ${difference}`);
  }
  return difference;
}
