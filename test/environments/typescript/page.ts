/** What a page writes, without Node's types. */
import { type ImageSource, type LoadOptions, load, MobileNetEdgeError, type Model } from 'mobilenet-edge';

const options: LoadOptions = { thread: 'worker', cache: true, wasmUrl: '/wasm/' };

export async function classify(image: HTMLImageElement, video: HTMLVideoElement): Promise<string | undefined> {
  const model: Model = await load('/model.tflite', options);
  const pictures: ImageSource[] = [image, video, new OffscreenCanvas(1, 1), await createImageBitmap(image)];
  const simd128 = await WebAssembly.compileStreaming(fetch('/mobilenet_edge.simd128.wasm'));
  await load('/model.tflite', { wasmBinary: { simd128 } });
  const classes = await model.classify(pictures, { topK: 1 });
  // @ts-expect-error A number is no picture.
  await model.classify(5);
  return classes[0]?.[0]?.className;
}

export const codeOf = (error: unknown): string | undefined =>
  error instanceof MobileNetEdgeError ? error.code : undefined;
