/** Seeded random numbers: every run has the same networks and pictures. */

/** A function that gives uniform values in [0, 1): mulberry32. */
export function randomSource(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const BLOCK = 32;

/**
 * A picture of shape [1, height, width, channels] in [-1, 1): coloured squares with noise, a pure function of `seed`.
 * Noise alone looks the same everywhere to a network that averages over the whole picture.
 */
export function randomPicture([, height, width, channels], seed) {
  const uniform = randomSource(seed);
  const squaresAcross = Math.ceil(width / BLOCK);
  const colours = Float32Array.from({ length: Math.ceil(height / BLOCK) * squaresAcross * channels }, uniform);
  const picture = new Float32Array(height * width * channels);
  for (let i = 0; i < picture.length; i++) {
    const c = i % channels;
    const x = Math.floor(i / channels) % width;
    const y = Math.floor(i / channels / width);
    const square = Math.floor(y / BLOCK) * squaresAcross + Math.floor(x / BLOCK);
    picture[i] = 1.5 * colours[square * channels + c] + 0.5 * uniform() - 1;
  }
  return picture;
}

/** Distributions of variance 1 as functions of a uniform value. */
const DISTRIBUTIONS = {
  logistic: (u) => (Math.log(u / (1 - u)) * Math.sqrt(3)) / Math.PI,
  uniform: (u) => (2 * u - 1) * Math.sqrt(3),
};

/** Filters have variance GAIN / fan-in: activations neither die out in V1 nor grow in V2's skip connections. */
const GAIN = 2.5;

/**
 * Weights for mobilenetV1() and mobilenetV2(): small uniform biases, and filters whose sum is 0, because a random network
 * of others answers all pictures nearly alike.
 *
 * The time of an exact int8 kernel depends on the weights, for large ones overflow 16 bits more often. Scaled to int8 by
 * their channel's largest, logistic weights are spread as trained ones are: deviation / largest in V2's 1x1 layers is
 * 0.31 and kurtosis 3.9 (nsfwjs' MobileNet v2: 0.32 and 4.0; normal weights: 0.36 and 2.9). Uniform ones are the worst case.
 */
export function randomWeights(distribution) {
  const draw = DISTRIBUTIONS[distribution];
  const uniform = randomSource(1);
  return (_, shape) => {
    const length = shape.reduce((a, b) => a * b, 1);
    if (shape.length === 1) return Float32Array.from({ length }, () => uniform() * 0.2 - 0.1);
    const isDepthwise = shape[0] === 1;
    const fanIn = isDepthwise ? length / shape.at(-1) : length / shape[0];
    const deviation = Math.sqrt(GAIN / fanIn);
    // Never 0, whose logarithm is infinite.
    const filter = Float32Array.from({ length }, () => deviation * draw(uniform() + 2 ** -33));
    if (!isDepthwise) for (let at = 0; at < length; at += fanIn) centre(filter.subarray(at, at + fanIn));
    return filter;
  };
}

function centre(values) {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  values.forEach((value, i) => {
    values[i] = value - mean;
  });
}
