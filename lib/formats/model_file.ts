import type { Graph } from '../graph';
import type { Preprocess } from '../image/preprocess';

/** What a reader returns. */
export interface ModelFile {
  format: 'tflite' | 'tfjs-layers';
  graph: Graph;
  /** Class names inside the file or beside it (TFLite metadata, Teachable Machine's metadata.json). */
  labels?: string[];
  /** What the file itself says of how pictures become its input. */
  preprocess?: Partial<Preprocess>;
}
