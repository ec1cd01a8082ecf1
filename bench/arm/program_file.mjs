/** A compiled Program with its input as one file, for run_program.cc: a header of 32-bit integers, then each part. */

const ARRAYS = { float32: Float32Array, float16: Uint16Array, uint8: Uint8Array, int8: Int8Array };

const channelsOf = ({ shape }) => shape.at(-1);
const pixelsOf = ({ shape }) => shape.reduce((a, b) => a * b, 1) / channelsOf({ shape });

/** Bytes of a port in the arena, from its first value to its last. */
function extent({ shape, stride, type }) {
  const values = (pixelsOf({ shape }) - 1) * stride + channelsOf({ shape });
  return values * ARRAYS[type].BYTES_PER_ELEMENT;
}

/** Dense values as they lie in the arena. */
function spread(values, port) {
  const channels = channelsOf(port);
  const spreadOut = new ARRAYS[port.type](extent(port) / ARRAYS[port.type].BYTES_PER_ELEMENT);
  for (let i = 0; i < pixelsOf(port); i++) {
    spreadOut.set(values.subarray(i * channels, (i + 1) * channels), i * port.stride);
  }
  return spreadOut;
}

/** `input` holds the dense values of the program's input port. */
export function programFile(program, input) {
  const { ops, weights, arenaBytes } = program;
  const header = Int32Array.of(
    ops.length,
    weights.byteLength,
    arenaBytes,
    program.input.offset,
    extent(program.input),
    program.output.offset,
    extent(program.output),
  );
  const bytes = ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength);
  return Buffer.concat([header, ops, weights, spread(input, program.input)].map(bytes));
}

/** The dense values of the output port from what run_program wrote. */
export function readOutput(bytes, port) {
  const ArrayType = ARRAYS[port.type];
  const values = new ArrayType(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  const channels = channelsOf(port);
  const dense = new ArrayType(pixelsOf(port) * channels);
  for (let i = 0; i < pixelsOf(port); i++) {
    dense.set(values.subarray(i * port.stride, i * port.stride + channels), i * channels);
  }
  return dense;
}
