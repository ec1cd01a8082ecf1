/** A compiled Program with its input as one file, for run_program.cc: a header of 32-bit integers, then each part. */
import { createRequire } from 'node:module';

const { arenaValues, channelsOf, pixelsOf, readPort, writePort } = createRequire(import.meta.url)(
  '../../dist/program/port.js',
);
const { PORT_ARRAYS } = createRequire(import.meta.url)('../../dist/program/program.js');

/** Bytes of a port in the arena, from its first value to its last. */
function extent(port) {
  const values = (pixelsOf(port) - 1) * port.stride + channelsOf(port);
  return values * PORT_ARRAYS[port.type].BYTES_PER_ELEMENT;
}

/** `input` holds the dense values of the program's input. */
export function programFile(program, input) {
  const { ops, weights, arenaBytes } = program;
  const [output] = program.outputs;
  const header = Int32Array.of(
    ops.length,
    weights.byteLength,
    arenaBytes,
    program.input.offset,
    extent(program.input),
    output.offset,
    extent(output),
  );
  const values = arenaValues(new ArrayBuffer(extent(program.input)), -program.input.offset, program.input);
  writePort(input, values, program.input);
  const bytes = ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength);
  return Buffer.concat([header, ops, weights, values].map(bytes));
}

/** The dense values of the output port, in its own type, from what run_program wrote. */
export function readOutput(bytes, port) {
  const { buffer, byteOffset, byteLength } = bytes;
  return readPort(arenaValues(buffer.slice(byteOffset, byteOffset + byteLength), -port.offset, port), port);
}
