/**
 * The part of onnx.proto that the networks need, as writers for pbf: each takes a plain object and a Pbf.
 * Field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */
import { PbfWriter } from 'pbf';

/** TensorProto.DataType. */
export const FLOAT = 1;
export const UINT8 = 2;
export const INT8 = 3;
export const INT32 = 6;
/** AttributeProto.AttributeType. */
const ATTRIBUTE_INT = 2;
const ATTRIBUTE_INTS = 7;

const each = (pbf, field, write, items) => {
  for (const item of items) pbf.writeMessage(field, write, item);
};

/** { name, value: integer or array of integers } */
function writeAttribute({ name, value }, pbf) {
  pbf.writeStringField(1, name);
  if (Array.isArray(value)) {
    for (const item of value) pbf.writeVarintField(8, item);
    pbf.writeVarintField(20, ATTRIBUTE_INTS);
  } else {
    pbf.writeVarintField(3, value);
    pbf.writeVarintField(20, ATTRIBUTE_INT);
  }
}

/** { op, name, inputs: names, outputs: names, attributes: { name: value } } */
function writeNode({ op, name, inputs, outputs, attributes = {} }, pbf) {
  for (const input of inputs) pbf.writeStringField(1, input);
  for (const output of outputs) pbf.writeStringField(2, output);
  pbf.writeStringField(3, name);
  pbf.writeStringField(4, op);
  const entries = Object.entries(attributes).map(([key, value]) => ({ name: key, value }));
  each(pbf, 5, writeAttribute, entries);
}

/** { name, type, shape, bytes: little-endian values } */
function writeTensor({ name, type, shape, bytes }, pbf) {
  for (const extent of shape) pbf.writeVarintField(1, extent);
  pbf.writeVarintField(2, type);
  pbf.writeStringField(8, name);
  pbf.writeBytesField(9, bytes);
}

/** { name, type, shape }: ValueInfoProto, TypeProto, TypeProto.Tensor, TensorShapeProto, Dimension. */
function writeValueInfo({ name, type, shape }, pbf) {
  const writeDimension = (extent, inner) => inner.writeVarintField(1, extent);
  const writeShape = (extents, inner) => each(inner, 1, writeDimension, extents);
  const writeTensorType = (_, inner) => {
    inner.writeVarintField(1, type);
    inner.writeMessage(2, writeShape, shape);
  };
  pbf.writeStringField(1, name);
  pbf.writeMessage(2, (_, inner) => inner.writeMessage(1, writeTensorType, null), null);
}

/** { name, nodes, initializers, inputs, outputs } */
function writeGraph({ name, nodes, initializers, inputs, outputs }, pbf) {
  each(pbf, 1, writeNode, nodes);
  pbf.writeStringField(2, name);
  each(pbf, 5, writeTensor, initializers);
  each(pbf, 11, writeValueInfo, inputs);
  each(pbf, 12, writeValueInfo, outputs);
}

/** The bytes of a ModelProto with one operator set, the default domain's `opset`. */
export function encodeModel({ irVersion, opset, graph }) {
  const pbf = new PbfWriter();
  pbf.writeVarintField(1, irVersion);
  pbf.writeStringField(2, 'mobilenet-edge-bench');
  pbf.writeMessage(7, writeGraph, graph);
  pbf.writeMessage(8, (version, inner) => inner.writeVarintField(2, version), opset);
  return pbf.finish();
}
