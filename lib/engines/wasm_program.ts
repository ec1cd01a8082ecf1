/** A Program inside a WebAssembly instance. Knows neither Node nor the browser: every worker wraps it. */
import { MobileNetEdgeError } from '../errors';
import { elementCount } from '../graph';
import { PORT_ARRAYS, type Port, type PortValues, type Program } from '../program/program';

const PAGE_BYTES = 65536;
/** Addresses below are never used, so that no tensor has the address 0. */
const FIRST_ADDRESS = 64;

type Execute = (begin: number, end: number, arena: number, weights: number, scratch: number) => void;

function channelsOf({ shape }: Pick<Port, 'shape'>): number {
  return shape[shape.length - 1];
}

/** Copies pixels of `channels` values between arrays whose pixels are `*Stride` values apart. */
function copyPixels(from: PortValues, fromStride: number, to: PortValues, toStride: number, channels: number): void {
  if (fromStride === channels && toStride === channels) {
    to.set(from);
    return;
  }
  for (let source = 0, target = 0; source < from.length; source += fromStride, target += toStride) {
    for (let c = 0; c < channels; c++) to[target + c] = from[source + c];
  }
}

function align(address: number): number {
  return Math.ceil(address / 64) * 64;
}

/** Memory for `bytes`. Throws OUT_OF_MEMORY. */
function allocate(bytes: number): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE_BYTES) });
  } catch (cause) {
    throw new MobileNetEdgeError(
      'OUT_OF_MEMORY',
      `Could not allocate ${bytes} bytes of WebAssembly memory for the model: use a smaller model or close others`,
      { cause },
    );
  }
}

/** Layout of the memory: op records, weights, arena, scratch. */
export class WasmProgram {
  readonly #memory: WebAssembly.Memory;
  readonly #execute: Execute;
  readonly #weights: number;
  readonly #arena: number;
  readonly #scratch: number;
  readonly #end: number;
  readonly #input: Port;

  /** Copies the program into new memory and keeps no reference to it. Throws OUT_OF_MEMORY. */
  constructor(module: WebAssembly.Module, program: Program) {
    this.#weights = align(FIRST_ADDRESS + program.ops.byteLength);
    this.#arena = align(this.#weights + program.weights.byteLength);
    this.#scratch = align(this.#arena + program.arenaBytes);
    this.#end = this.#scratch + program.scratchBytes;
    this.#memory = allocate(this.#end);
    this.#input = program.input;
    new Int32Array(this.#memory.buffer).set(program.ops, FIRST_ADDRESS / 4);
    new Uint8Array(this.#memory.buffer).set(program.weights, this.#weights);
    const { exports } = new WebAssembly.Instance(module, { env: { memory: this.#memory } });
    this.#execute = exports.execute as Execute;
  }

  /** Writes dense `input` to the input port, runs the ops that `port` needs, returns a dense copy of its values. */
  run(input: PortValues, port: Port): PortValues {
    const channels = channelsOf(this.#input);
    copyPixels(input, channels, this.#values(this.#input), this.#input.stride, channels);
    this.#execute(FIRST_ADDRESS, FIRST_ADDRESS + port.words * 4, this.#arena, this.#weights, this.#scratch);
    const output = new PORT_ARRAYS[port.type](elementCount(port.shape));
    copyPixels(this.#values(port), port.stride, output, channelsOf(port), channelsOf(port));
    return output;
  }

  /** The values of a port where they lie, gaps between pixels included. */
  #values({ offset, shape, stride, type }: Port): PortValues {
    const pixels = elementCount(shape) / channelsOf({ shape });
    const length = (pixels - 1) * stride + channelsOf({ shape });
    return new PORT_ARRAYS[type](this.#memory.buffer, this.#arena + offset, length);
  }

  /** A copy of the arena followed by the scratch. */
  readMemory(): Uint8Array {
    return new Uint8Array(this.#memory.buffer).slice(this.#arena, this.#end);
  }

  /** Overwrites the arena and the scratch. */
  writeMemory(bytes: Uint8Array): void {
    new Uint8Array(this.#memory.buffer).set(bytes, this.#arena);
  }
}
