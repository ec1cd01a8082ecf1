/**
 * The file of a head: JSON, so that it can be looked at; its numbers are the float32 bytes, little endian, in base64.
 * { format: 'mobilenet-edge-head', version: 1, backbone, labels, features, weights, biases }
 */
import { modelInvalid, modelUnsupported } from '../formats/shared/failures';
import { parseJson } from '../formats/shared/json_file';
import { arrayOf, countOf, stringOf } from '../formats/shared/json_value';
import { checkFinite } from '../formats/shared/typed_data';
import type { HeadParts } from './head';

const FORMAT = 'mobilenet-edge-head';
const VERSION = 1;

export function encodeHead({ labels, weights, biases, backbone }: HeadParts): Uint8Array<ArrayBuffer> {
  const file = {
    format: FORMAT,
    version: VERSION,
    backbone,
    labels,
    features: weights.length / labels.length,
    weights: toBase64(weights),
    biases: toBase64(biases),
  };
  return new TextEncoder().encode(`${JSON.stringify(file, undefined, 1)}\n`);
}

/** Throws MODEL_INVALID or MODEL_UNSUPPORTED. */
export function decodeHead(bytes: Uint8Array): HeadParts {
  const file = parseJson(bytes, 'The head file');
  if (file.format !== FORMAT) throw modelInvalid(`Expected a file of the format ${FORMAT} but received another`);
  if (file.version !== VERSION)
    throw modelUnsupported(`Expected version ${VERSION} of a head file, not ${file.version}`);
  const labels = arrayOf(file.labels, 'labels').map((label) => stringOf(label, 'labels'));
  const features = countOf(file.features, 'features');
  const weights = fromBase64(stringOf(file.weights, 'weights'), 'weights', labels.length * features);
  const biases = fromBase64(stringOf(file.biases, 'biases'), 'biases', labels.length);
  if (labels.length === 0 || features === 0) throw modelInvalid('Expected a head with classes and features');
  return { labels, weights, biases, backbone: stringOf(file.backbone, 'backbone') };
}

function toBase64(values: Float32Array): string {
  const view = new DataView(new ArrayBuffer(values.byteLength));
  for (let i = 0; i < values.length; i++) view.setFloat32(4 * i, values[i], true);
  let text = '';
  for (let i = 0; i < view.byteLength; i++) text += String.fromCharCode(view.getUint8(i));
  return btoa(text);
}

function fromBase64(text: string, name: string, count: number): Float32Array {
  let bytes: string;
  try {
    bytes = atob(text);
  } catch (cause) {
    throw modelInvalid(`Expected base64 as the ${name} of a head`, cause);
  }
  if (bytes.length !== 4 * count) {
    throw modelInvalid(`Expected ${4 * count} bytes of ${name} in a head but received ${bytes.length}`);
  }
  const view = new DataView(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)).buffer);
  const values = Float32Array.from({ length: count }, (_, i) => view.getFloat32(4 * i, true));
  checkFinite(values, name);
  return values;
}
