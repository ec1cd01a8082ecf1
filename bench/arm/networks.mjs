/** The networks of the table, with the seeded random weights that the other benchmarks use. */
import { importMobilenetEdge } from '../mobilenet_edge.mjs';
import { quantize } from '../quantize.mjs';
import { randomPicture, randomWeights } from '../random.mjs';

export const TITLES = { v1: 'MobileNet v1 1.0/224', v2: 'MobileNet v2 1.0/224' };
export const PRECISIONS = ['float32', 'float16', 'int8'];

export async function buildGraph(network, precision) {
  const { mobilenetV1, mobilenetV2 } = await importMobilenetEdge();
  const graph = { v1: mobilenetV1, v2: mobilenetV2 }[network]({ weights: randomWeights('logistic') });
  return precision === 'int8' ? quantize(graph, [randomPicture(graph.input.shape, 101)]) : graph;
}

export const pictureOf = (graph) => randomPicture(graph.input.shape, 1);
