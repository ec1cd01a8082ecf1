/** The weights of a tfjs model: named tensors laid end to end, perhaps quantized (tfjs-core, io/types.ts). */
import type { Budget } from '../../base/budget';
import { excerpt } from '../../base/expect';
import { halvesToFloats } from '../../base/half_float';
import { elementCount } from '../../graph/graph';
import type { KerasWeights, Weight } from '../keras/layer';
import { modelInvalid, modelUnsupported } from '../shared/failures';
import { arrayOf, countOf, isObject, numberOf, objectOf, stringOf } from '../shared/json_value';
import { checkFinite, typedView } from '../shared/typed_data';

/** What is stored for a value, in bytes. */
const WIDTHS: Record<string, number> = { float32: 4, int32: 4, bool: 1, uint8: 1, uint16: 2, float16: 2 };

/** TensorFlow's own layers go no further. */
const HIGHEST_RANK = 8;
/** Names of models around a layer, in the name of a weight. */
const MOST_SCOPES = 64;

export interface WeightSpec {
  name: string;
  shape: number[];
  dtype: string;
  /** float16 has neither scale nor min: value = stored * scale + min. */
  quantization?: { dtype: string; scale: number; min: number };
}

/** Throws MODEL_INVALID unless `value` is an array of weight specs, MODEL_UNSUPPORTED for other types of values. */
export function parseWeightSpecs(value: unknown, where: string): WeightSpec[] {
  return arrayOf(value, where).map((entry, i) => {
    const spec = objectOf(entry, `${where}[${i}]`);
    const name = stringOf(spec.name, `${where}[${i}].name`);
    const shape = arrayOf(spec.shape, `${name}.shape`).map((extent) => countOf(extent, `${name}.shape`));
    if (shape.length > HIGHEST_RANK) throw modelInvalid(`${name}: expected at most ${HIGHEST_RANK} extents`);
    const dtype = stringOf(spec.dtype, `${name}.dtype`);
    const stored = isObject(spec.quantization)
      ? stringOf(spec.quantization.dtype, `${name}.quantization.dtype`)
      : dtype;
    if (!['float32', 'int32', 'bool'].includes(dtype) || !Object.hasOwn(WIDTHS, stored)) {
      throw modelUnsupported(
        `The weight ${name} has the unsupported type ${dtype}${stored === dtype ? '' : ` stored as ${stored}`}`,
      );
    }
    if (!isObject(spec.quantization)) return { name, shape, dtype };
    const isHalf = stored === 'float16';
    const scale = isHalf ? 1 : numberOf(spec.quantization.scale, `${name}.quantization.scale`);
    const min = isHalf ? 0 : numberOf(spec.quantization.min, `${name}.quantization.min`);
    return { name, shape, dtype, quantization: { dtype: stored, scale, min } };
  });
}

/** How many bytes the weights of a manifest take. */
export function storedBytes(specs: readonly WeightSpec[]): number {
  return specs.reduce((sum, spec) => sum + storedWidth(spec) * elementCount(spec.shape), 0);
}

function storedWidth(spec: WeightSpec): number {
  return WIDTHS[spec.quantization?.dtype ?? spec.dtype];
}

function decode(spec: WeightSpec, bytes: Uint8Array): Float32Array {
  const { quantization } = spec;
  if (!quantization) return typedView(Float32Array, bytes);
  if (quantization.dtype === 'float16') return halvesToFloats(bytes);
  const { scale, min } = quantization;
  const stored = quantization.dtype === 'uint16' ? typedView(Uint16Array, bytes) : bytes;
  const values = new Float32Array(stored.length);
  for (let i = 0; i < values.length; i++) values[i] = stored[i] * scale + min;
  return values;
}

export class TfjsWeights implements KerasWeights {
  readonly #bytes: Uint8Array;
  readonly #places = new Map<string, { spec: WeightSpec; offset: number }>();
  /** Full names by their last part and the name of one of the scopes in them: 'kernel' and 'conv1' for 'model/conv1/kernel'. */
  readonly #byScope = new Map<string, Map<string, string[]>>();
  readonly #budget: Budget;
  /** Which layer reads each weight. */
  readonly #readers = new Map<string, object>();

  /** Throws MODEL_INVALID unless `bytes` holds exactly what `specs` describes. */
  constructor(specs: readonly WeightSpec[], bytes: Uint8Array, budget: Budget) {
    this.#bytes = bytes;
    this.#budget = budget;
    budget.addSource(bytes.length);
    const expected = storedBytes(specs);
    if (expected !== bytes.length) {
      throw modelInvalid(
        `Expected ${expected} bytes of weights for ${specs.length} tensors but received ${bytes.length}`,
      );
    }
    let offset = 0;
    for (const spec of specs) {
      const name = spec.name.replace(/:0$/, '');
      if (this.#places.has(name)) throw modelInvalid(`The weight ${name} occurs twice`);
      this.#places.set(name, { spec, offset });
      this.#index(name);
      offset += storedWidth(spec) * elementCount(spec.shape);
    }
  }

  #index(name: string): void {
    const scopes = name.split('/');
    const kind = scopes.pop()!;
    if (scopes.length > MOST_SCOPES) {
      throw modelInvalid(
        `Expected at most ${MOST_SCOPES} slashes in the name of a weight but there are ${scopes.length} in ${excerpt(name)}`,
      );
    }
    const sameKind = this.#byScope.get(kind) ?? new Map<string, string[]>();
    this.#byScope.set(kind, sameKind);
    for (const scope of new Set(scopes)) {
      const names = sameKind.get(scope);
      if (names) names.push(name);
      else sameKind.set(scope, [name]);
    }
    this.#budget.spendParts(scopes.length + 1, 'names of weights');
  }

  /**
   * The weight `kind` of a layer: 'layer/kind', behind the names of the models around it or not (exporters differ).
   * Undefined if there is none; throws MODEL_INVALID if it is not clear which one, or another layer has it.
   */
  find(layer: object, name: string, scope: readonly string[], kind: string): Weight | undefined {
    const found = this.#match(name, scope, kind);
    if (found === undefined) return undefined;
    if ((this.#readers.get(found) ?? layer) !== layer) {
      throw modelInvalid(`Two layers named ${name} would share the weight ${found}`);
    }
    this.#readers.set(found, layer);
    const { spec, offset } = this.#places.get(found)!;
    if (spec.dtype !== 'float32')
      throw modelUnsupported(`Expected float32 values for ${found} but they are ${spec.dtype}`);
    const length = storedWidth(spec) * elementCount(spec.shape);
    // A view where the bytes are aligned, else a copy.
    this.#budget.spendBytes(4 * elementCount(spec.shape), found);
    const data = decode(spec, this.#bytes.subarray(offset, offset + length));
    checkFinite(data, found);
    return { name: found, shape: spec.shape, data };
  }

  #match(name: string, scope: readonly string[], kind: string): string | undefined {
    const isPart = !name.includes('/');
    const candidates = this.#byScope.get(kind)?.get(name.slice(name.lastIndexOf('/') + 1));
    if (!candidates || (isPart && candidates.length === 1)) return candidates?.[0];
    this.#budget.spendParts(scope.length + 1, 'names of weights');
    for (let from = 0; from <= scope.length; from++) {
      const full = [...scope.slice(from), name, kind].join('/');
      if (this.#places.has(full)) return full;
    }
    if (!isPart) return undefined;
    const some = candidates.slice(0, 4).map((candidate) => excerpt(candidate));
    throw modelInvalid(`The weight ${kind} of layer ${excerpt(name)} may be any of ${some.join(', ')}`);
  }
}
