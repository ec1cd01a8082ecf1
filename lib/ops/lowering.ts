/** What lowering reads and fills, and the fields that the records of many ops share. */
import { pixels, type Tensor, type Window } from '../graph/graph';
import type { Geometry } from '../program/program';
import type { Fields, Op, OpName } from '../program/schema';
import type { Place } from './layout';
import type { Packer } from './packer';

export interface Lowering {
  packer: Packer;
  geometry: Geometry;
  threads: number;
}

/** A record whose fields depend on the arithmetic; encode() refuses one that lacks a field. */
export function recordOf(name: OpName, chunks: number, fields: object): Op {
  return { name, chunks, fields } as Op;
}

export function makeOp<Name extends OpName>(name: Name, chunks: number, fields: Fields<Name>, parts?: Op[]): Op {
  return { name, chunks, fields, parts } as Op;
}

export function windowFields({ kernel, stride, dilation, padding }: Window) {
  return {
    kernel_height: kernel[0],
    kernel_width: kernel[1],
    stride_height: stride[0],
    stride_width: stride[1],
    dilation_height: dilation[0],
    dilation_width: dilation[1],
    pad_top: padding.top,
    pad_left: padding.left,
  };
}

export function inputFields(tensor: Tensor, { offset, stride }: Place) {
  const [height, width] = pixels(tensor.shape);
  return { input: offset, input_height: height, input_width: width, input_stride: stride };
}

export function outputFields(tensor: Tensor, { offset, stride }: Place) {
  const [height, width] = pixels(tensor.shape);
  return { output: offset, output_height: height, output_width: width, output_stride: stride };
}

/** Fields of an op that treats every pixel alike. */
export function flatFields(tensor: Tensor, input: Place, output: Place) {
  const [height, width, channels] = pixels(tensor.shape);
  return {
    input: input.offset,
    input_stride: input.stride,
    output: output.offset,
    output_stride: output.stride,
    pixels: height * width,
    channels,
  };
}
