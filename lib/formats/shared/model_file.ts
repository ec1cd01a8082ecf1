import type { Preprocess } from '../../image/preprocess';
import type { Graph } from '../../ops';
import type { FormatName } from '../index';
import type { FoundLabels } from './labels';

/** What a reader makes of a file. */
export interface ModelContent {
  graph: Graph;
  /** Class names inside the file (TFLite metadata), or in Teachable Machine's metadata.json. */
  labels?: string[];
  /** Class names in text files beside the model, the likeliest first: whose they are is only known by their number. */
  labelFiles?: FoundLabels[];
  /** What the user should know of the file: names that are lost, say. */
  warnings?: string[];
  /** What the file itself says of how pictures become its input. */
  preprocess?: Partial<Preprocess>;
}

/** A model as it was read. */
export interface ModelFile extends ModelContent {
  format: FormatName;
}
