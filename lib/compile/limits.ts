/** What every engine promises to run; native/checks.h refuses what is beyond, so the limits agree. */
import { MobileNetEdgeError } from '../errors';
import { type Graph, pixels } from '../graph';

const LARGEST_EXTENT = 2 ** 18;
const LARGEST_WINDOW = 2 ** 10;
/** Input rows under two output rows of a depthwise convolution. */
const DEPTHWISE_ROWS = 127;

/** Throws MODEL_UNSUPPORTED for pictures and windows that no network of the family has. */
export function checkLimits(graph: Graph): void {
  const check = (ok: boolean, name: string, what: string): void => {
    if (!ok)
      throw new MobileNetEdgeError('MODEL_UNSUPPORTED', `${name}: expected ${what}, for which the kernels are made`);
  };
  for (const node of graph.nodes) {
    for (const tensor of [...node.inputs, node.output]) {
      const [height, width] = pixels(tensor.shape);
      check(
        height <= LARGEST_EXTENT && width <= LARGEST_EXTENT,
        node.name,
        `at most ${LARGEST_EXTENT} rows and columns`,
      );
    }
    if (!('window' in node)) continue;
    const { kernel, stride, dilation, padding } = node.window;
    const extents = [...kernel, ...stride, ...dilation, ...Object.values(padding)];
    check(Math.max(...extents) <= LARGEST_WINDOW, node.name, `a window of at most ${LARGEST_WINDOW}`);
    const rows = stride[0] + (kernel[0] - 1) * dilation[0];
    check(
      node.op !== 'depthwise_conv2d' || rows <= DEPTHWISE_ROWS,
      node.name,
      `at most ${DEPTHWISE_ROWS} rows under a depthwise window`,
    );
  }
}
