import { load, mobilenetV1 } from 'mobilenet-edge';
import { reactive, ref } from 'vue';

const picture = { data: new Uint8Array(3072), width: 32, height: 32, channels: 3 };
const model = ref(await load(mobilenetV1({ alpha: 0.25, inputSize: 32, classes: 3 })));
const state = reactive({ model: model.value });
const answers = [
  (await model.value.classify(picture)).length,
  (await state.model.predict(new Float32Array(3072))).data.length,
  (await state.model.embed(picture)).length,
];
model.value.close();
console.log(answers.join(' '));
