/** A model object of tfjs itself, which gives its artifacts to anything that can save them. */
import { MobileNetEdgeError } from '../base/errors';
import type { TfjsArtifacts } from '../formats/tfjs/read_tfjs';

/** What we use of `tf.LayersModel`. */
export interface SavableModel {
  // biome-ignore lint/suspicious/noExplicitAny: the handler's types are tfjs' own
  save(handler: any): Promise<unknown>;
}

/** Rejects with INVALID_ARGUMENT if the object gives none. */
export async function saveLayersModel(model: SavableModel): Promise<TfjsArtifacts> {
  let saved: TfjsArtifacts | undefined;
  const handler = {
    save: async (artifacts: TfjsArtifacts) => {
      saved = artifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    },
  };
  try {
    await model.save(handler);
  } catch (cause) {
    throw new MobileNetEdgeError('INVALID_ARGUMENT', `The given model cannot be saved (${(cause as Error).message})`, {
      cause,
    });
  }
  if (saved) return saved;
  throw new MobileNetEdgeError('INVALID_ARGUMENT', 'Expected a tf.LayersModel, whose save() gives its artifacts');
}
