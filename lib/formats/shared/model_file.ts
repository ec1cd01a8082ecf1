import type { Graph } from '../../graph/graph';
import type { Preprocess } from '../../image/preprocess';
import type { FoundLabels } from './labels';

/** What a reader returns. */
export interface ModelFile {
  format: 'tflite' | 'tfjs-layers';
  graph: Graph;
  /** Class names inside the file (TFLite metadata), or in Teachable Machine's metadata.json. */
  labels?: string[];
  /** Class names in text files beside a .tflite file, the likeliest first: whose they are is only known by their number. */
  labelFiles?: FoundLabels[];
  /** What the user should know of the file: names that are lost, say. */
  warnings?: string[];
  /** What the file itself says of how pictures become its input. */
  preprocess?: Partial<Preprocess>;
}
