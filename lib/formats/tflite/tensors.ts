/** The tensors of a TFLite subgraph: constants decoded on demand, activations as operators make them. */
import type { Budget } from '../../base/budget';
import { halvesToFloats } from '../../base/half_float';
import { type DataType, elementCount, type Tensor, type TensorData } from '../../graph/graph';
import { RealConstants } from '../../graph/real_values';
import { checkActivationShape } from '../shared/activation_shape';
import { modelInvalid, modelUnsupported } from '../shared/failures';
import { checkFinite, typedView } from '../shared/typed_data';
import type { FlatBuffer, FlatTable, TableVector } from './flatbuffer_table';
import { type Layout, shapeInFile } from './layout';
import { readQuantization } from './quantization';
import { BUFFER, MODEL, SUBGRAPH, TENSOR, TENSOR_TYPES, type TensorType } from './schema';

const ACTIVATION_TYPES: Partial<Record<TensorType, DataType>> = { FLOAT32: 'float32', UINT8: 'uint8', INT8: 'int8' };

/** TFLite's own kernels go no further. */
export const HIGHEST_RANK = 8;

interface Decoder {
  type: DataType;
  bytesPerValue: number;
  decode: (bytes: Uint8Array) => TensorData;
}

const DECODERS: Partial<Record<TensorType, Decoder>> = {
  FLOAT32: { type: 'float32', bytesPerValue: 4, decode: (bytes) => typedView(Float32Array, bytes) },
  FLOAT16: { type: 'float32', bytesPerValue: 2, decode: halvesToFloats },
  INT32: { type: 'int32', bytesPerValue: 4, decode: (bytes) => typedView(Int32Array, bytes) },
  // Shapes and axes; values beyond 32 bits end as 2^31-1 or -2^31, which fit no shape.
  INT64: {
    type: 'int32',
    bytesPerValue: 8,
    decode: (bytes) =>
      Int32Array.from(typedView(BigInt64Array, bytes), (value) =>
        Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Number(value))),
      ),
  },
  UINT8: { type: 'uint8', bytesPerValue: 1, decode: (bytes) => bytes },
  INT8: { type: 'int8', bytesPerValue: 1, decode: (bytes) => typedView(Int8Array, bytes) },
};

/** The bytes of buffer `index`, inside the flatbuffer or, in files of 2 GB and more, after it. */
export function bufferBytes(file: FlatBuffer, buffers: TableVector, index: number): Uint8Array {
  const buffer = buffers.at(index);
  const data = buffer.bytes(BUFFER.data);
  if (data.length > 0) return data;
  const offset = buffer.uint64(BUFFER.offset);
  if (offset <= 1) return data;
  const size = buffer.uint64(BUFFER.size);
  file.check(offset, size);
  return file.bytes.subarray(offset, offset + size);
}

export class TfliteTensors {
  readonly budget: Budget;
  readonly #real: RealConstants;
  readonly #file: FlatBuffer;
  readonly #buffers: TableVector;
  readonly #tensors: TableVector;
  readonly #records = new Map<number, FlatTable>();
  readonly #data = new Map<number, Uint8Array>();
  readonly #activations = new Map<number, Tensor>();
  readonly #constants = new Map<number, Tensor>();
  readonly #layouts = new Map<number, Layout>();

  constructor(file: FlatBuffer, model: FlatTable, subgraph: FlatTable) {
    this.#file = file;
    this.budget = file.budget;
    this.#real = new RealConstants(file.budget);
    this.#buffers = model.tableVector(MODEL.buffers);
    this.#tensors = subgraph.tableVector(SUBGRAPH.tensors);
  }

  name(index: number): string {
    return this.#record(index).string(TENSOR.name) || `tensor_${index}`;
  }

  /** The shape as stored, and where the file says so with -1 for extents that are not fixed. */
  shape(index: number): { stored: number[]; signature: number[] } {
    const record = this.#record(index);
    const stored = record.int32s(TENSOR.shape, HIGHEST_RANK);
    const signature = record.int32s(TENSOR.shapeSignature, HIGHEST_RANK);
    if (signature.length !== 0 && signature.length !== stored.length) {
      throw modelInvalid(
        `Tensor ${index} has the shape [${stored.join(', ')}] but the signature [${signature.join(', ')}]`,
      );
    }
    return { stored, signature: signature.length ? signature : stored };
  }

  isConstant(index: number): boolean {
    return this.#constants.has(index) || (!this.#activations.has(index) && this.#bytes(index).length > 0);
  }

  /** An activation that an earlier operator made. Throws MODEL_INVALID if none did. */
  activation(index: number, where: string): Tensor {
    const tensor = this.#activations.get(index);
    if (!tensor) {
      throw modelInvalid(`${where}: expected an activation that is made before it, but ${this.name(index)} is not`);
    }
    return tensor;
  }

  /** Throws MODEL_INVALID if the data does not fit the shape, MODEL_UNSUPPORTED for other types. */
  constant(index: number, where: string): Tensor {
    const known = this.#constants.get(index);
    if (known) return known;
    const bytes = this.#bytes(index);
    const name = this.name(index);
    if (this.#activations.has(index) || bytes.length === 0) {
      throw modelInvalid(`${where}: expected ${name} to be a constant but it has no data`);
    }
    const record = this.#record(index);
    const stored = this.#type(record);
    const decoder = DECODERS[stored];
    if (!decoder) throw modelUnsupported(`${where}: constants of type ${stored} are not supported (${name})`);
    if (record.has(TENSOR.sparsity)) throw modelUnsupported(`${where}: sparse weights are not supported (${name})`);
    const shape = record.int32s(TENSOR.shape, HIGHEST_RANK);
    if (!(elementCount(shape) * decoder.bytesPerValue === bytes.length)) {
      throw modelInvalid(`${name}: expected ${stored} data for [${shape.join(', ')}] but it has ${bytes.length} bytes`);
    }
    this.#file.spend(bytes.length);
    // A view where the file is aligned, else a copy.
    this.budget.spendBytes(4 * elementCount(shape), name);
    const data = decoder.decode(bytes);
    checkFinite(data, name);
    const quantization = readQuantization(record.table(TENSOR.quantization), decoder.type, shape, name);
    const tensor: Tensor = { name, shape, type: decoder.type, data, quantization };
    this.#constants.set(index, tensor);
    return tensor;
  }

  /** The real values of a constant, converted once however many operators read them. */
  real(constant: Tensor): Tensor {
    return this.#real.of(constant);
  }

  /** In which order the file has the axes of an activation; undefined where it is the Graph's. */
  layout(index: number): Layout | undefined {
    return this.#layouts.get(index);
  }

  /** Records what an operator makes. Throws MODEL_INVALID unless the file promises the same shape. */
  define(index: number, shape: readonly number[], where: string, layout?: Layout): Tensor {
    this.#checkUnmade(index, where);
    const name = this.name(index);
    const record = this.#record(index);
    const { stored, signature } = this.shape(index);
    // No extents: converters leave out shapes that depend on the batch.
    const inFile = shapeInFile(shape, layout);
    const agrees =
      stored.length === 0 ||
      (stored.length === shape.length && inFile.every((extent, i) => extent === stored[i] || signature[i] === -1));
    if (!agrees) {
      throw modelInvalid(`${where}: makes [${inFile.join(', ')}] but the file says [${stored.join(', ')}] of ${name}`);
    }
    checkActivationShape(shape, where);
    const type = ACTIVATION_TYPES[this.#type(record)];
    if (!type)
      throw modelUnsupported(`${where}: activations of type ${this.#type(record)} are not supported (${name})`);
    const quantization = readQuantization(record.table(TENSOR.quantization), type, shape, name);
    if (type !== 'float32' && quantization?.scale.length !== 1) {
      throw modelInvalid(`${where}: expected one scale for the ${type} activation ${name}`);
    }
    const tensor: Tensor = { name, shape, type, quantization };
    this.#activations.set(index, tensor);
    if (layout) this.#layouts.set(index, layout);
    return tensor;
  }

  /** Records a constant that an operator makes of constants. */
  fold(index: number, values: Omit<Tensor, 'name'>, where: string): void {
    this.#checkUnmade(index, where);
    this.#file.spend(values.data?.byteLength ?? 0);
    this.#constants.set(index, { name: this.name(index), ...values });
  }

  #checkUnmade(index: number, where: string): void {
    if (this.#activations.has(index) || this.isConstant(index)) {
      throw modelInvalid(`${where}: makes ${this.name(index)}, which is made already`);
    }
  }

  #record(index: number): FlatTable {
    let record = this.#records.get(index);
    if (!record) {
      record = this.#tensors.at(index);
      this.#records.set(index, record);
    }
    return record;
  }

  #type(record: FlatTable): TensorType {
    const type = record.int8(TENSOR.type);
    if (!(type in TENSOR_TYPES)) throw modelInvalid(`Expected a tensor type of the TFLite schema but received ${type}`);
    return TENSOR_TYPES[type];
  }

  #bytes(index: number): Uint8Array {
    let bytes = this.#data.get(index);
    if (!bytes) {
      const buffer = this.#record(index).uint32(TENSOR.buffer);
      bytes = buffer === 0 ? new Uint8Array(0) : bufferBytes(this.#file, this.#buffers, buffer);
      this.#data.set(index, bytes);
    }
    return bytes;
  }
}
