/** onnxruntime-node, CPU provider. */
import ort from 'onnxruntime-node';
import { openSession } from './onnxruntime.mjs';

export function open({ files }) {
  return openSession(ort, files.onnx, ['cpu'], 'CPU provider, 1 thread, all graph optimisations');
}
