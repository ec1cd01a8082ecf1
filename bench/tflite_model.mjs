/**
 * A Graph, float32 or quantized, as a .tflite file, so that all are measured with what users have. Field numbers:
 * https://github.com/tensorflow/tensorflow/blob/master/tensorflow/lite/schema/schema.fbs, version 3.
 */
import { Builder } from 'flatbuffers';

const TENSOR_TYPES = { float32: 0, int32: 2, uint8: 3, int8: 9 };
const SAME = 0;
const DATA_ALIGNMENT = 16;

/** Activation functions by the Graph's clamp. */
function activationOf({ min, max }) {
  if (min === -Infinity && max === Infinity) return 0;
  if (min === 0 && max === 6) return 3;
  throw new Error(`Expected linear or ReLU6 but received a clamp to [${min}, ${max}]`);
}

const MEAN_AXES = { name: 'mean/axes', shape: [2], type: 'int32', data: Int32Array.of(1, 2) };

/**
 * BuiltinOperator, the tensors read, the member of BuiltinOptions and its fields: [number, 'Int8', 'Int32' or 'Float32', value].
 * Padding is written as SAME, the papers' only one; another would give other answers and be found by the agreement check.
 */
const OPERATORS = {
  conv2d: ({ inputs, filter, bias, window, clamp }) => ({
    code: 3,
    inputs: [...inputs, filter, bias],
    optionsType: 1,
    options: [
      [0, 'Int8', SAME],
      [1, 'Int32', window.stride[1]],
      [2, 'Int32', window.stride[0]],
      [3, 'Int8', activationOf(clamp)],
    ],
  }),
  depthwise_conv2d: ({ inputs, filter, bias, window, clamp }) => ({
    code: 4,
    inputs: [...inputs, filter, bias],
    optionsType: 2,
    options: [
      [0, 'Int8', SAME],
      [1, 'Int32', window.stride[1]],
      [2, 'Int32', window.stride[0]],
      [3, 'Int32', filter.shape[3] / inputs[0].shape[3]],
      [4, 'Int8', activationOf(clamp)],
    ],
  }),
  add: ({ inputs, clamp }) => ({ code: 0, inputs, optionsType: 11, options: [[0, 'Int8', activationOf(clamp)]] }),
  pool: ({ inputs }) => ({ code: 40, inputs: [...inputs, MEAN_AXES], optionsType: 27, options: [[0, 'Int8', 0]] }),
  dense: ({ inputs, filter, bias, clamp }) => ({
    code: 9,
    inputs: [...inputs, filter, bias],
    optionsType: 8,
    options: [[0, 'Int8', activationOf(clamp)]],
  }),
  softmax: ({ inputs, beta }) => ({ code: 25, inputs, optionsType: 9, options: [[0, 'Float32', beta]] }),
  requantize: ({ inputs }) => ({ code: 114, inputs }),
};

class TfliteBuilder extends Builder {
  vector(kind, bytes, values) {
    this.startVector(bytes, values.length, bytes);
    for (const value of [...values].reverse()) this[`add${kind}`](value);
    return this.endVector();
  }

  /** fields: [number, 'Int8', 'Int32', 'Float32' or 'Offset', value]; a field of undefined value is left out. */
  table(fields) {
    this.startObject(1 + Math.max(0, ...fields.map(([number]) => number)));
    for (const [number, kind, value] of fields) if (value !== undefined) this[`addField${kind}`](number, value, null);
    return this.endObject();
  }

  buffer({ buffer, byteOffset, byteLength }) {
    this.prep(DATA_ALIGNMENT, byteLength);
    return this.table([[0, 'Offset', this.createByteVector(new Uint8Array(buffer, byteOffset, byteLength))]]);
  }

  tensor({ name, shape, type, quantization }, buffer) {
    const parameters =
      quantization &&
      this.table([
        [2, 'Offset', this.vector('Float32', 4, quantization.scale)],
        [3, 'Offset', this.vector('Int64', 8, Array.from(quantization.zeroPoint, BigInt))],
        [6, 'Int32', quantization.axis],
      ]);
    return this.table([
      [0, 'Offset', this.vector('Int32', 4, shape)],
      [1, 'Int8', TENSOR_TYPES[type]],
      [2, 'Int32', buffer],
      [3, 'Offset', this.createString(name)],
      [4, 'Offset', parameters],
    ]);
  }
}

/** The bytes of the file. Throws for an operator or activation that MobileNets lack. */
export function tfliteModel(graph) {
  const operators = graph.nodes.map((node) => {
    const write = OPERATORS[node.op];
    if (!write) throw new Error(`Expected an operator that the benchmark writes as TFLite but received '${node.op}'`);
    return { ...write(node), output: node.output };
  });
  const tensors = [...new Set([graph.input, ...operators.flatMap(({ inputs, output }) => [...inputs, output])])];
  const codes = [...new Set(operators.map(({ code }) => code))];
  const constants = tensors.filter(({ data }) => data);
  const indexOf = (tensor) => tensors.indexOf(tensor);

  const builder = new TfliteBuilder(constants.reduce((sum, { data }) => sum + data.byteLength, 1 << 20));
  builder.forceDefaults(true);
  const offsets = (values) => builder.vector('Offset', 4, values);
  // Buffer 0 is empty by convention, for tensors without data.
  const buffers = [builder.table([]), ...constants.map(({ data }) => builder.buffer(data))];
  const subgraph = builder.table([
    [0, 'Offset', offsets(tensors.map((tensor) => builder.tensor(tensor, constants.indexOf(tensor) + 1)))],
    [1, 'Offset', builder.vector('Int32', 4, [indexOf(graph.input)])],
    [2, 'Offset', builder.vector('Int32', 4, [indexOf(graph.outputs[0])])],
    [
      3,
      'Offset',
      offsets(
        operators.map(({ code, inputs, output, optionsType, options }) =>
          builder.table([
            [0, 'Int32', codes.indexOf(code)],
            [1, 'Offset', builder.vector('Int32', 4, inputs.map(indexOf))],
            [2, 'Offset', builder.vector('Int32', 4, [indexOf(output)])],
            [3, 'Int8', optionsType],
            [4, 'Offset', options && builder.table(options)],
          ]),
        ),
      ),
    ],
  ]);
  // Code in the old byte field and in the new one.
  const codeTables = codes.map((code) =>
    builder.table([
      [0, 'Int8', code],
      [3, 'Int32', code],
    ]),
  );
  const model = [
    [0, 'Int32', 3],
    [1, 'Offset', offsets(codeTables)],
    [2, 'Offset', offsets([subgraph])],
    [4, 'Offset', offsets(buffers)],
  ];
  builder.finish(builder.table(model), 'TFL3');
  return builder.asUint8Array();
}
