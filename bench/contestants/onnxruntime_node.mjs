/** onnxruntime-node, CPU provider. */
import ort from 'onnxruntime-node';
import { openSession } from './onnxruntime.mjs';

export function open({ files, options: { threads = 1 } }) {
  const details = `CPU provider, ${threads} thread${threads > 1 ? 's' : ''}, all graph optimisations`;
  return openSession(ort, files.onnx, ['cpu'], details, threads);
}
