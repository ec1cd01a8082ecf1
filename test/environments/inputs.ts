/** What the programs of all environments read. */
import { withArchive } from '../fixtures/label_archive';
import { smallFloatNetwork } from '../fixtures/small_tflite';
import { buildMetadata, buildTflite } from '../fixtures/tflite_builder';

export function labelsInside(): Uint8Array {
  const metadata = buildMetadata({ mean: [127.5], std: [127.5], labelFiles: [['labels.txt']] });
  return withArchive(buildTflite({ ...smallFloatNetwork(), metadata }), {
    'labels.txt': 'cat\ndog\nkoala\nparrot\nfox\n',
  });
}
