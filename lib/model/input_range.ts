/**
 * Which range of pictures a network was made for, where its own first operators tell.
 *
 * Networks often carry their preprocessing (Keras' Rescaling and Normalization, preprocess_input, torchvision's mean and
 * std): per-channel arithmetic y = scale * x + shift between the input and the first layer. What it makes of the right range
 * looks normalized: the level that becomes 0 is inside the range, and the darkest and the brightest level are 0.4 to 12
 * apart, or as far as levels are (255). x / 127.5 - 1 looks so for 0..255 alone, (x - 0.485) / 0.229 for 0..1,
 * (x + 1) * 127.5 for -1..1. Batch normalization of the picture is arithmetic like any other, and the same holds for it.
 *
 * Two other traces: what a float input is quantized to holds the range and little more; and converters fold x / 255 into the
 * weights of the first convolution, which then cannot tell black from white in any other range.
 */

import { Budget } from '../base/budget';
import { consumers, integerRange, isQuantized, type Tensor } from '../graph/graph';
import { realValues } from '../graph/real_values';
import type { Preprocess } from '../image/preprocess';
import { rangeAffine } from '../image/range';
import type { Graph, Node } from '../ops';

/** y = scale * x + shift, for each channel of the picture. */
type Arithmetic = { scale: number; shift: number }[];
type Interval = readonly [low: number, high: number];

const INTERVALS = { '0..255': [0, 255], '0..1': [0, 1], '-1..1': [-1, 1] } as const satisfies Record<string, Interval>;
type NamedRange = keyof typeof INTERVALS;

/** How far apart black and white are in what layers read, and what 255 levels are with some tolerance. */
const NORMALIZED: Interval = [0.4, 12];
const LEVELS: Interval = [200, 320];
/** Where between the ends the mean of pictures can lie. */
const MIDDLE: Interval = [0.2, 0.8];
const TOLERANCE = 0.01;
/** What the quantization of calibrated pictures may lack of the range. */
const CALIBRATION = 0.25;
/** A first layer that was trained on these inputs has filters of a sum above 1; those of one that has x / 255 in it are 255 times smaller. */
const BLIND = 0.1;

/** No picture has more, and tensors that are none may have millions. */
const PICTURE_CHANNELS = 4;

const within = (value: number, [low, high]: Interval): boolean => value >= low && value <= high;

/** Whether one channel of pictures of this range looks normalized by y = scale * x + shift. */
function looksNormalized([low, high]: Interval, { scale, shift }: Arithmetic[number]): boolean {
  const spread = Math.abs(scale) * (high - low);
  /** Where the level that becomes 0 lies: 0 at the low end, 1 at the high one. */
  const zero = (-shift / scale - low) / (high - low);
  if (within(spread, NORMALIZED)) return within(zero, [-TOLERANCE, 1 + TOLERANCE]);
  // Levels that stay levels but for a shift near 0 are as they were, which says nothing.
  const becomesLevels = high - low < 200 && Math.abs(zero) <= TOLERANCE;
  return within(spread, LEVELS) && (becomesLevels || within(zero, MIDDLE));
}

/** The range that arithmetic is made for; undefined where it fits none, or several equally well. */
function rangeOfArithmetic(arithmetic: Arithmetic): NamedRange | undefined {
  const names = Object.keys(INTERVALS) as NamedRange[];
  const [first, second] = names.filter((name) =>
    arithmetic.every((channel) => looksNormalized(INTERVALS[name], channel)),
  );
  const isPureScale = arithmetic.every(({ scale, shift }) => Math.abs(shift / scale) <= TOLERANCE);
  return second && isPureScale ? undefined : first;
}

/** The range that a tensor's quantization was calibrated for. */
function rangeOfQuantization({ type, quantization }: Tensor): NamedRange | undefined {
  const [scale, zero] = [quantization!.scale[0], quantization!.zeroPoint[0]];
  const held = integerRange(type).map((level) => (level - zero) * scale);
  return (Object.keys(INTERVALS) as NamedRange[]).find((name) => {
    const [low, high] = INTERVALS[name];
    return [low, high].every((end, i) => Math.abs(end - held[i]) <= CALIBRATION * (high - low));
  });
}

function rangeOfWeights(node: Node, budget: Budget): NamedRange | undefined {
  if (node.op !== 'conv2d' && node.op !== 'depthwise_conv2d') return undefined;
  const outputs = node.output.shape[node.output.shape.length - 1];
  const weights = realValues(node.filter, budget);
  const run = node.op === 'conv2d' ? weights.length / outputs : 1;
  const sums = new Float64Array(outputs);
  for (const [i, weight] of weights.entries()) sums[Math.floor(i / run) % outputs] += Math.abs(weight);
  const largest = sums.reduce((a, b) => Math.max(a, b), 0);
  return largest > 0 && largest < BLIND && largest * 255 >= NORMALIZED[0] ? '0..255' : undefined;
}

/** What the operators before the first layer tell, and the arithmetic by which they do. */
function readTrace(graph: Graph, budget: Budget): { range: NamedRange; arithmetic?: Arithmetic } | undefined {
  const readers = consumers(graph);
  const channels = graph.input.shape[graph.input.shape.length - 1];
  let arithmetic: Arithmetic = Array.from({ length: channels }, () => ({ scale: 1, shift: 0 }));
  let isChanged = false;
  let tensor = graph.input;
  for (;;) {
    const nodes = readers.get(tensor) ?? [];
    if (nodes.length !== 1 || nodes[0].output.shape.at(-1) !== channels) break;
    const [node] = nodes;
    if (node.op === 'affine') {
      arithmetic = arithmetic.map(({ scale, shift }, c) => ({
        scale: scale * node.scale[c],
        shift: shift * node.scale[c] + node.shift[c],
      }));
      isChanged = true;
      const range = rangeOfArithmetic(arithmetic);
      if (range) return { range, arithmetic };
    } else if (node.op === 'requantize') {
      const isFirst = !isChanged && !isQuantized(tensor) && isQuantized(node.output);
      const range = isFirst ? rangeOfQuantization(node.output) : undefined;
      if (range) return { range };
    } else if (node.op !== 'reshape' && node.op !== 'pad') break;
    tensor = node.output;
  }
  const first = readers.get(tensor)?.[0];
  if (!first || isChanged || isQuantized(tensor)) return undefined;
  // Weights that batch normalization follows may be of any size.
  const isScaled = readers.get(first.output)?.some(({ op }) => op === 'affine');
  const range = isScaled ? undefined : rangeOfWeights(first, budget);
  return range && { range };
}

/**
 * The range that the network's own first operators want pictures in; undefined where they tell nothing. What the file
 * states otherwise wins, unless the network's own arithmetic would make nothing of it: the same normalization, stated
 * and built in, leaves a picture of almost one value. A quantized input states its range itself.
 */
export function inputRange(
  graph: Graph,
  stated: Preprocess['range'] | undefined,
  budget = new Budget(),
): NamedRange | undefined {
  if (isQuantized(graph.input) || (graph.input.shape.at(-1) ?? 1) > PICTURE_CHANNELS) return undefined;
  const trace = readTrace(graph, budget);
  if (!trace || stated === undefined) return trace?.range;
  if (!trace.arithmetic) return undefined;
  const affines = rangeAffine(stated, trace.arithmetic.length);
  const fits = trace.arithmetic.every((channel, c) => {
    const { offset, divisor, shift } = affines[c % affines.length];
    const ends = [0, 255].map((level) => (level - offset) / divisor - shift).sort((a, b) => a - b);
    return looksNormalized(ends as [number, number], channel);
  });
  return fits ? undefined : trace.range;
}
