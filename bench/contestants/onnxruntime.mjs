/** What onnxruntime-node and onnxruntime-web share: one API, onnxruntime-common's. */
import { toChannelsFirst } from '../onnx_graph.mjs';
import { UINT8_OFFSET } from '../quantize.mjs';

/** The input as a tensor of its type; int8 levels become the uint8 ones that the QDQ model takes. */
function toTensor(Tensor, values, [n, height, width, channels]) {
  const data = toChannelsFirst(values, [n, height, width, channels]);
  const shape = [n, channels, height, width];
  if (data instanceof Float32Array) return new Tensor('float32', data, shape);
  return new Tensor(
    'uint8',
    Uint8Array.from(data, (level) => level + UINT8_OFFSET),
    shape,
  );
}

/** `model` is a path or the bytes; the input is made NCHW before the clock starts. */
export async function openSession({ InferenceSession, Tensor }, model, executionProviders, details, threads = 1) {
  const session = await InferenceSession.create(model, {
    executionProviders,
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
  });
  const [inputName] = session.inputNames;
  const [outputName] = session.outputNames;
  let feeds;
  const contestant = {
    details,
    setInput(values, shape) {
      feeds = { [inputName]: toTensor(Tensor, values, shape) };
      contestant.outputOffset = values instanceof Int8Array ? UINT8_OFFSET : 0;
    },
    predict: async () => (await session.run(feeds))[outputName].data,
  };
  return contestant;
}
