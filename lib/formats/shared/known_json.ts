/** JSON files that people give as models and that are something else: what each is and what helps. */
import { excerpt } from '../../base/expect';
import { isGraphModel } from '../tfjs/format';
import { isObject, type JsonObject } from './json_value';
import type { KnownFile } from './known_files';

const ERROR_KEYS = ['error', 'errors', 'message', 'detail', 'Message', 'Error'];

/** `value` is JSON of no format that is read. */
export function knownJson(value: unknown): KnownFile | undefined {
  if (Array.isArray(value)) {
    if (!value.every((group) => isObject(group) && 'weights' in group && 'paths' in group)) return undefined;
    const what = "a weights manifest, as of face-api.js: it has no network, which is in that package's code";
    return { kind: 'model', what, remedy: 'use that package with it' };
  }
  if (!isObject(value)) return undefined;
  if ('modelTopology' in value && isGraphModel(value)) {
    const remedy = 'convert the original model to .tflite or, from Keras, to a layers model';
    return { kind: 'model', what: 'a tfjs graph model', remedy };
  }
  if (value.format === 'mobilenet-edge-head') {
    return { kind: 'other', what: 'a head that trainHead has made', remedy: 'give it to loadHead(), with its model' };
  }
  if ('class_name' in value && 'config' in value) {
    const remedy = 'convert the model with its weights by tensorflowjs_converter or tf.lite.TFLiteConverter';
    return { kind: 'model', what: 'a Keras architecture without its weights', remedy };
  }
  if ('weightsManifest' in value) return undefined;
  if ('tmVersion' in value || 'labels' in value) {
    return { kind: 'other', what: "a model's metadata", remedy: 'give the model.json beside it' };
  }
  const said = errorText(value);
  if (said === undefined) return undefined;
  const what = `a server's answer in place of a file ('${excerpt(said)}')`;
  return { kind: 'other', what, remedy: 'check the link, and download the file itself' };
}

function errorText(value: JsonObject): string | undefined {
  const key = ERROR_KEYS.find((candidate) => candidate in value);
  if (key === undefined) return undefined;
  const inner = value[key];
  if (isObject(inner)) return errorText(inner) ?? key;
  return typeof inner === 'string' ? inner : key;
}
