/** Models behind a Proxy, as Vue's `ref()` and state libraries make them: `this` is then not the object with the fields. */
import { expect, test } from 'vitest';
import { asyncDispose } from '../../lib/base/dispose';
import { load, mobilenetV1, trainHead } from '../../lib/index';

/** As Vue's reactive(): every object that is read comes as a Proxy too; what cannot change or is no plain object does not. */
function deepProxy<T extends object>(target: T): T {
  return new Proxy(target, {
    get(object, key, receiver) {
      const value = Reflect.get(object, key, receiver);
      const isPlain = typeof value === 'object' && value !== null && Object.isExtensible(value);
      return isPlain && !ArrayBuffer.isView(value) ? deepProxy(value) : value;
    },
  });
}

test('a model and a head behind a Proxy answer, close and dispose as the model itself', async () => {
  const model = await load(mobilenetV1({ alpha: 0.25, inputSize: 32, classes: 3 }));
  const proxied = deepProxy(model);
  const picture = {
    data: new Uint8Array(32 * 32 * 3).map((_, i) => (i * 7) % 251),
    width: 32,
    height: 32,
    channels: 3,
  } as const;
  expect(proxied.info).toEqual(model.info);
  expect(await proxied.classify(picture)).toEqual(await model.classify(picture));
  expect(await proxied.predict(new Float32Array(3072))).toEqual(await model.predict(new Float32Array(3072)));

  const embedding = await proxied.embed(picture);
  const examples = [
    { label: 'this', embedding },
    { label: 'that', embedding: embedding.map((value) => -value) },
  ];
  const head = await trainHead(deepProxy(examples), { model: proxied, epochs: 3 });
  expect(await deepProxy(head).classify(deepProxy(picture))).toEqual(await head.classify(picture));
  expect(deepProxy(head).save()).toEqual(head.save());

  const { classify } = model;
  expect(await classify(picture)).toEqual(await model.classify(picture));
  await proxied[asyncDispose]();
  await expect(model.classify(picture)).rejects.toMatchObject({ code: 'MODEL_CLOSED' });
});

test('methods are not among the enumerable properties of a model', async () => {
  const model = await load(mobilenetV1({ alpha: 0.25, inputSize: 32, classes: 3 }));
  expect(Object.keys(model)).toEqual(['info']);
  model.close();
});
