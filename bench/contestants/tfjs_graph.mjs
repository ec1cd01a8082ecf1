/**
 * A network in tfjs: the fused operators that its converter makes of it (`fused.conv2d`, `fused.depthwiseConv2d`,
 * `fused.matMul`), called directly, which spares tfjs the graph executor's own time.
 */

/** tfjs' name of a clamp, which fused operators take. */
function activationOf({ min, max }) {
  if (min === -Infinity && max === Infinity) return 'linear';
  if (min === 0 && max === 6) return 'relu6';
  if (min === 0 && max === Infinity) return 'relu';
  throw new Error(`Expected linear, relu or relu6 but received a clamp to [${min}, ${max}]`);
}

/** Padding as tfjs reads it, NHWC; 'same' makes no difference to its speed. */
const explicitPadding = ({ top, bottom, left, right }) => [
  [0, 0],
  [top, bottom],
  [left, right],
  [0, 0],
];

/** Each operator's weights are made once; the function it gives runs one inference's worth of it. */
const operatorsOf = (tf) => ({
  conv2d: ({ filter, bias, window, clamp }) => {
    const [outputs, height, width, inputs] = filter.shape;
    const kernel = tf.tidy(() =>
      tf.transpose(tf.tensor4d(filter.data, [outputs, height, width, inputs]), [1, 2, 3, 0]),
    );
    return convolution(tf, tf.fused.conv2d, kernel, bias, window, clamp);
  },
  depthwise_conv2d: ({ inputs, filter, bias, window, clamp }) => {
    const [, height, width, outputs] = filter.shape;
    const channels = inputs[0].shape[3];
    const kernel = tf.tensor4d(filter.data, [height, width, channels, outputs / channels]);
    return convolution(tf, tf.fused.depthwiseConv2d, kernel, bias, window, clamp);
  },
  add: () => (a, b) => tf.add(a, b),
  pool: () => (x) => tf.mean(x, [1, 2]),
  dense: ({ filter, bias, clamp }) => {
    const b = tf.tidy(() => tf.transpose(tf.tensor2d(filter.data, filter.shape)));
    const biases = tf.tensor1d(bias.data);
    return (a) => tf.fused.matMul({ a, b, bias: biases, activation: activationOf(clamp) });
  },
  softmax: () => (x) => tf.softmax(x),
});

function convolution(tf, operator, filter, bias, window, clamp) {
  const settings = {
    filter,
    strides: window.stride,
    pad: explicitPadding(window.padding),
    dilations: window.dilation,
    bias: tf.tensor1d(bias.data),
    activation: activationOf(clamp),
  };
  return (x) => operator({ x, ...settings });
}

export function tfjsContestant(tf, graph, details) {
  const operators = operatorsOf(tf);
  const steps = graph.nodes.map((node) => ({
    run: operators[node.op](node),
    inputs: node.inputs.map(({ name }) => name),
    output: node.output.name,
  }));
  const {
    input,
    outputs: [output],
  } = graph;
  const infer = (values) =>
    tf.tidy(() => {
      const activations = new Map([[input.name, tf.tensor4d(values, input.shape)]]);
      for (const { run, inputs, output: name } of steps) {
        activations.set(name, run(...inputs.map((each) => activations.get(each))));
      }
      return activations.get(output.name);
    });

  let picture;
  return {
    details,
    setInput(values) {
      picture = values;
    },
    async predict() {
      const result = infer(picture);
      const values = result.dataSync();
      result.dispose();
      return values;
    },
  };
}
