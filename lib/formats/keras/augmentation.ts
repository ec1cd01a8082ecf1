/** Keras' layers that augment, cut or resize pictures: identities, where they are, in what is not trained. */
import type { Tensor } from '../../graph/graph';
import { type KerasLayer, pictureShape } from './layer';

/** What Keras does in training only. */
export const AUGMENTATIONS = [
  'AugMix',
  'CutMix',
  'MixUp',
  'RandAugment',
  'RandomBrightness',
  'RandomColorDegeneration',
  'RandomColorJitter',
  'RandomContrast',
  'RandomElasticTransform',
  'RandomErasing',
  'RandomFlip',
  'RandomGaussianBlur',
  'RandomGrayscale',
  'RandomHeight',
  'RandomHue',
  'RandomInvert',
  'RandomPerspective',
  'RandomPosterization',
  'RandomRotation',
  'RandomSaturation',
  'RandomSharpness',
  'RandomShear',
  'RandomTranslation',
  'RandomWidth',
  'RandomZoom',
] as const;

/** Interpolations that leave a picture as it is where its size stays: others smooth it. */
const EXACT_INTERPOLATIONS = ['nearest', 'bilinear', 'bicubic', 'area', 'lanczos3', 'lanczos5'];

/** Resizing, CenterCrop and RandomCrop, which cuts out the middle when it does not train: identities where the size stays. */
export function readSameSize(layer: KerasLayer, [input]: Tensor[]): Tensor {
  layer.checkChannelsLast();
  const [, height, width] = pictureShape(layer, input);
  const wanted = [layer.number('height'), layer.number('width')];
  const interpolation = layer.string('interpolation', 'bilinear').toLowerCase();
  if (wanted[0] !== height || wanted[1] !== width || !EXACT_INTERPOLATIONS.includes(interpolation)) {
    throw layer.unsupported(
      `is supported only where it changes nothing, but it makes ${wanted.join('x')} pixels of ${height}x${width} (${interpolation}): save the model without it, with the input that it makes`,
    );
  }
  return input;
}
