import type { Format } from '../shared/format';
import { isObject } from '../shared/json_value';
import type { TfjsArtifacts } from './read_tfjs';

/** Whether JSON with a modelTopology is a graph model's: those of old converters do not say so. */
export function isGraphModel(json: Record<string, unknown>): boolean {
  const { format, modelTopology } = json;
  return format === 'graph-model' || (isObject(modelTopology) && Array.isArray(modelTopology.node));
}

export const TFJS_LAYERS = {
  name: 'tfjs-layers',
  files: 'tfjs layers models (model.json with its weights)',
  endings: ['json'],
  inFolder: 'model.json',
  hasLabelsBeside: false,
  recognize: ({ json }) => isObject(json) && 'modelTopology' in json && !isGraphModel(json),
  read: async (file, options) => (await import('./read_tfjs.js')).readTfjs(file, options),
  readArtifacts: async (artifacts, options) =>
    (await import('./read_tfjs.js')).readTfjsArtifacts(artifacts as TfjsArtifacts, options),
} as const satisfies Format;
