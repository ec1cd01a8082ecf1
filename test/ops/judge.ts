/** TFLite files of one operator, answered by LiteRT and by all our engines. */
import { expect } from 'vitest';
import { load } from '../../lib';
import { buildTflite, type TestModel, type TestOperator, type TestTensor } from '../fixtures/tflite_builder';
import { isasUnderTest } from '../support/engines';
import { litertAnswers } from '../support/litert';

const isas = await isasUnderTest();

export interface Quantization {
  scale: number;
  zeroPoint: number;
}

/** real = scale * (level - zeroPoint), of int8. */
export const quantized = (shape: number[], { scale, zeroPoint }: Quantization): TestTensor => ({
  shape,
  type: 'INT8',
  quantization: { scale: [scale], zeroPoint: [zeroPoint] },
});

/** The same tensor of uint8. LiteRT.js takes and gives no int8, so QUANTIZE at both ends translates, which is exact. */
function asUint8(tensor: TestTensor): TestTensor {
  const { scale, zeroPoint } = tensor.quantization!;
  return { ...tensor, type: 'UINT8', quantization: { scale, zeroPoint: zeroPoint.map((zero) => zero + 128) } };
}

/** `operator` reads tensor 0 and constants from 2 on, and makes tensor 1. */
export function int8Model(
  input: TestTensor,
  output: TestTensor,
  operator: Omit<TestOperator, 'inputs' | 'outputs'>,
  constants: TestTensor[] = [],
): TestModel {
  const operands = [0, ...constants.map((_, i) => i + 2)];
  const [first, last] = [constants.length + 2, constants.length + 3];
  return {
    tensors: [input, output, ...constants, asUint8(input), asUint8(output)],
    operators: [
      { kind: 'QUANTIZE', inputs: [first], outputs: [0] },
      { ...operator, inputs: operands, outputs: [1] },
      { kind: 'QUANTIZE', inputs: [1], outputs: [last] },
    ],
    inputs: [first],
    outputs: [last],
  };
}

/** Every engine gives the very bytes that LiteRT gives. */
export async function expectAsLitert(model: TestModel, values: Uint8Array): Promise<void> {
  const bytes = buildTflite(model);
  const { shape } = model.tensors[model.inputs![0]];
  const [right] = await litertAnswers(bytes, [{ values, shape }]);
  for (const isa of isas) {
    const ours = await load(bytes, { isa });
    expect(ours.info.precision).toBe('int8');
    const { data } = await ours.predict(values);
    expect(Array.from(data), isa).toEqual(Array.from(right));
    ours.close();
  }
}
