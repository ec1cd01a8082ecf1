/** What a program for Node writes: paths, Buffers, streams; every public type by name. */
import { createReadStream } from 'node:fs';
import {
  type Classification,
  type Head,
  type ImageSource,
  type LoadOptions,
  load,
  loadHead,
  MobileNetEdgeError,
  type Model,
  type ModelSource,
  trainHead,
} from 'mobilenet-edge';

const source: ModelSource = Buffer.alloc(8);
const options: LoadOptions = { backend: 'native', threads: 2, labels: 'labels.txt' };
const pictures: ImageSource[] = ['picture.jpg', new URL('file:///picture.jpg'), Buffer.alloc(8), createReadStream('x')];

export async function classify(): Promise<Classification[][]> {
  await using model: Model = await load(source, options);
  const head: Head<ImageSource> = await loadHead('head.bin', { model });
  const trained = await trainHead([{ image: Buffer.alloc(8), label: 'cat' }], { model });
  // @ts-expect-error A number is no picture.
  await model.classify(5);
  await trained.classify('picture.jpg');
  await head.classify(pictures[0]);
  return model.classify(pictures);
}

export const codeOf = (error: unknown): string | undefined =>
  error instanceof MobileNetEdgeError ? error.code : undefined;
