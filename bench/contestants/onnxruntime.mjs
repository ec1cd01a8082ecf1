/** What onnxruntime-node and onnxruntime-web share: one API, onnxruntime-common's. */
import { toChannelsFirst } from '../onnx_model.mjs';

/** `model` is a path or the bytes; the input is made NCHW before the clock starts. */
export async function openSession({ InferenceSession, Tensor }, model, executionProviders, details) {
  const session = await InferenceSession.create(model, {
    executionProviders,
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
  });
  const [inputName] = session.inputNames;
  const [outputName] = session.outputNames;
  let feeds;
  return {
    details,
    setInput(values, shape) {
      const [n, height, width, channels] = shape;
      feeds = { [inputName]: new Tensor('float32', toChannelsFirst(values, shape), [n, channels, height, width]) };
    },
    predict: async () => (await session.run(feeds))[outputName].data,
  };
}
