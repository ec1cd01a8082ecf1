/**
 * The order of a TFLite activation's axes. The Graph holds every picture as [1, height, width, channels]; a file may hold it
 * as [1, channels, height, width] between TRANSPOSE operators, which move no value then: they only name the axes anew.
 */
import type { FlatTable } from './flatbuffer_table';
import { OPERATOR } from './schema';
import type { TfliteTensors } from './tensors';

/** Which axis of the Graph's tensor each axis of the file's is: [0, 3, 1, 2] for [1, channels, height, width]. */
export type Layout = readonly number[];

const IDENTITY: Layout = [0, 1, 2, 3];
/** Every picture has as many channels or fewer. */
const MOST_CHANNELS = 4;
/** What may stand between the input and its TRANSPOSE: arithmetic with constants, quantization. */
const VALUE_BY_VALUE = ['ADD', 'SUB', 'MUL', 'DIV', 'QUANTIZE', 'DEQUANTIZE'];
const LONGEST_PATH = 6;

/** The shape that the file says of a tensor that has `shape` in the Graph. */
export function shapeInFile(shape: readonly number[], layout: Layout | undefined): number[] {
  return layout ? layout.map((axis) => shape[axis]) : [...shape];
}

/** The shape in the Graph of a tensor or constant that has `shape` in the file; where it has fewer axes, the first are 1. */
export function shapeInGraph(shape: readonly number[], layout: Layout | undefined): number[] {
  if (!layout) return [...shape];
  const full = [...layout.slice(shape.length).fill(1), ...shape];
  return layout.map((_, axis) => full[layout.indexOf(axis)]);
}

/** Whether the file holds the values of a tensor of this shape in the Graph's order: only axes of extent 1 have moved. */
export function keepsOrder(shape: readonly number[], layout: Layout | undefined): boolean {
  const moving = (layout ?? []).filter((axis) => shape[axis] !== 1);
  return moving.every((axis, i) => i === 0 || axis > moving[i - 1]);
}

/** The layout behind TRANSPOSE by `permutation`; undefined where it is the Graph's own. */
export function transposedLayout(layout: Layout | undefined, permutation: readonly number[]): Layout | undefined {
  const moved = permutation.map((axis) => (layout ?? IDENTITY)[axis]);
  return moved.every((axis, i) => axis === i) ? undefined : moved;
}

export interface InputOrder {
  layout: Layout;
  /** Whether the file has the picture's columns before its rows. */
  swapsSides: boolean;
}

/**
 * In which order the file reads the picture, if it begins with a TRANSPOSE of it: channels first or last, rows and columns
 * as they are or swapped.
 */
export function inputOrder(
  operators: readonly [record: FlatTable, name: string][],
  tensors: TfliteTensors,
  input: number,
): InputOrder | undefined {
  const inputs = operators.map(([record]) => record.int32s(OPERATOR.inputs));
  let index = input;
  for (let step = 0; step < LONGEST_PATH; step++) {
    const readers = operators.filter((_, i) => inputs[i].includes(index));
    if (readers.length !== 1) return undefined;
    const [[record, name]] = readers;
    if (name === 'TRANSPOSE') return orderOf(permutationOf(record, tensors), tensors.shape(input).stored);
    if (!VALUE_BY_VALUE.includes(name)) return undefined;
    index = record.int32s(OPERATOR.outputs)[0];
  }
  return undefined;
}

function permutationOf(record: FlatTable, tensors: TfliteTensors): number[] {
  const index = record.int32s(OPERATOR.inputs)[1] ?? -1;
  if (index === -1 || !tensors.isConstant(index)) return [];
  const { data } = tensors.constant(index, 'TRANSPOSE');
  return data!.length === IDENTITY.length ? Array.from(data!) : [];
}

function orderOf(permutation: readonly number[], shape: readonly number[]): InputOrder | undefined {
  const isPermutation = permutation.length === 4 && [...permutation].sort().join() === IDENTITY.join();
  const [batch, rows, columns, channels] = permutation;
  const isPicture = batch === 0 && (channels === 1 || channels === 3) && shape[channels] <= MOST_CHANNELS;
  if (!isPermutation || !isPicture || shape.length !== 4) return undefined;
  return { layout: IDENTITY.map((axis) => permutation.indexOf(axis)), swapsSides: rows > columns };
}
