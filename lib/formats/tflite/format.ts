import type { Format } from '../shared/format';
import { readTflite } from './read_tflite';
import { IDENTIFIER } from './schema';

export const TFLITE = {
  name: 'tflite',
  files: '.tflite files',
  endings: ['tflite', 'lite'],
  hasLabelsBeside: true,
  recognize: ({ head }) => head.startsWith(IDENTIFIER, 4),
  // Not loaded on demand, as other readers are: most users need it, and a script of its own costs more memory than it saves.
  read: ({ bytes }, options) => readTflite(bytes, options),
} as const satisfies Format;
