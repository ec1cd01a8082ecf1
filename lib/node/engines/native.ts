/** The native engine: whole programs run in the C++ addon, on threads of its own. */
import { onAbort } from '../../base/abort';
import { isTypedArray } from '../../base/bytes';
import { abortError, MobileNetEdgeError, throwIfAborted } from '../../base/errors';
import {
  checkThreads,
  type Engine,
  type EngineOptions,
  MAX_THREADS,
  type Session,
  sessionClosed,
  WASM_ISAS,
} from '../../engines/engine';
import { elementCount } from '../../graph/graph';
import {
  type Geometry,
  type PackedWeights,
  PORT_ARRAYS,
  type Port,
  type PortType,
  type PortValues,
  type Program,
} from '../../program/program';
import { environmentVariable } from '../environment';
import { loadAddon } from '../package_files';
import { addonUnavailable } from './addon_unavailable';
import {
  type AddonWeights,
  internal,
  NativePacker,
  NativeWeights,
  type NewAddonWeights,
  orOutOfMemory,
} from './native_packer';
import { defaultThreads } from './threads';

/** What native/addon.cc exports. */
interface Addon {
  /** The instruction sets that this build has and this CPU can run, worst first. */
  isas(): string[];
  /** A Geometry as JSON. */
  geometry(isa: string): string;
  allFinite(values: Float32Array): boolean;
  Weights: NewAddonWeights;
  /** Takes Weights over, copies bytes. */
  Session: new (
    isa: string,
    ops: Int32Array,
    weights: AddonWeights | Uint8Array,
    arenaBytes: number,
    scratchBytes: number,
    threads: number,
  ) => AddonSession;
}

interface AddonSession {
  /** By the number that it returns, runs know the port. */
  addPort(port: BytePort): number;
  /** The output's values or, if timed, the milliseconds of each op; undefined if the run was stopped. */
  run(input: PortValues, inputPort: number, outputPort: number, timed?: boolean): Promise<ArrayBuffer | undefined>;
  /** Ends the run in progress within a chunk. */
  stop(): void;
  /** Stops, and frees the memory when that has ended. */
  close(): void;
  readMemory(): ArrayBuffer;
  writeMemory(bytes: Uint8Array): void;
}

/** A port in bytes, so that the addon need not know types. */
interface BytePort {
  offset: number;
  pixels: number;
  channelBytes: number;
  strideBytes: number;
  words: number;
  /** Whether to turn the top bits of all bytes, which makes uint8 values of int8 ones (plus 128) and the reverse. */
  flips?: boolean;
}

let addon: Addon | undefined;

/**
 * Loads the engine with the best instruction set of this CPU, or the one that `options.isa` or MOBILENET_EDGE_ISA names.
 * Throws BACKEND_UNAVAILABLE if the addon cannot be loaded here or that instruction set cannot run here.
 */
export function loadNativeEngine(options: EngineOptions = {}): Engine {
  const loaded = (addon ??= checkedAddon());
  const { Weights, geometry, isas } = loaded;
  const isa = chooseIsa(isas(), options.isa);
  return {
    backend: 'native',
    isa,
    geometry: JSON.parse(geometry(isa)) as Geometry,
    get defaultThreads() {
      return defaultThreads();
    },
    maxThreads: MAX_THREADS,
    newPacker: (sizes) => new NativePacker(Weights, sizes),
    load: async (program, threads = 1) => new NativeSession(loaded, isa, program, threads),
  };
}

function checkedAddon(): Addon {
  try {
    const loaded = loadAddon() as Partial<Addon>;
    // In a bundle, what lies two folders above may be another package's addon.
    if (typeof loaded.isas !== 'function') throw new Error('another addon lies where ours is looked for');
    return loaded as Addon;
  } catch (cause) {
    throw addonUnavailable(cause);
  }
}

function chooseIsa(available: string[], requested: string | undefined): string {
  const fromEnvironment = environmentVariable('MOBILENET_EDGE_ISA');
  const concernsUs = fromEnvironment && !WASM_ISAS.includes(fromEnvironment);
  const wanted = requested ?? (concernsUs ? fromEnvironment : undefined);
  if (wanted === undefined) return available[available.length - 1];
  if (available.includes(wanted)) return wanted;
  throw new MobileNetEdgeError(
    'BACKEND_UNAVAILABLE',
    `Expected a native instruction set that can run here (${available.join(', ')}) but received '${wanted}': ` +
      'choose one of these or leave it out',
  );
}

function inBytes({ offset, shape, stride, type, words }: Port): BytePort {
  const channels = shape[shape.length - 1];
  const { BYTES_PER_ELEMENT } = PORT_ARRAYS[type];
  return {
    offset,
    pixels: elementCount(shape) / channels,
    channelBytes: channels * BYTES_PER_ELEMENT,
    strideBytes: stride * BYTES_PER_ELEMENT,
    words,
  };
}

class NativeSession implements Session {
  readonly #session: AddonSession;
  readonly takesEitherSign = true;
  readonly allFinite: Addon['allFinite'];
  readonly #inputType: PortType;
  readonly #input: number;
  /** The input with the top bits turned. */
  readonly #flippedInput: number;
  readonly #ports = new WeakMap<Port, number>();
  /** Settles with the newest run; never rejects. */
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(addon: Addon, isa: string, program: Program<PackedWeights>, threads: number) {
    checkThreads(program, threads);
    const { ops, weights, arenaBytes, scratchBytes, input } = program;
    this.allFinite = addon.allFinite;
    this.#inputType = input.type;
    const packed = weights instanceof NativeWeights ? weights.weights : (weights as Uint8Array);
    const bytes = ops.byteLength + weights.byteLength + arenaBytes;
    this.#session = orOutOfMemory(bytes, () => new addon.Session(isa, ops, packed, arenaBytes, scratchBytes, threads));
    this.#input = this.#session.addPort(inBytes(input));
    this.#flippedInput = this.#session.addPort({ ...inBytes(input), flips: true });
  }

  async run(input: PortValues, port: Port, signal?: AbortSignal): Promise<PortValues> {
    throwIfAborted(signal);
    const running = this.#run(input, port, false);
    const forget = signal && onAbort(signal, () => this.#session.stop());
    const values = await running.finally(forget);
    if (values) return new PORT_ARRAYS[port.type](values);
    throw this.#closed ? sessionClosed() : abortError(signal!);
  }

  async profile(input: PortValues, port: Port): Promise<Float64Array> {
    const times = await this.#run(input, port, true);
    if (times) return new Float64Array(times);
    throw sessionClosed();
  }

  #run(input: PortValues, port: Port, timed: boolean): Promise<ArrayBuffer | undefined> {
    const flips = isTypedArray(input, 'Int8Array') ? this.#inputType === 'uint8' : this.#inputType === 'int8';
    const running = this.#use(() =>
      this.#session.run(input, flips ? this.#flippedInput : this.#input, this.#indexOf(port), timed),
    );
    this.#last = running.catch(() => undefined);
    return running;
  }

  #indexOf(port: Port): number {
    let index = this.#ports.get(port);
    if (index === undefined) {
      index = this.#session.addPort(inBytes(port));
      this.#ports.set(port, index);
    }
    return index;
  }

  async close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.#session.close();
    }
    await this.#last;
  }

  async readMemory(): Promise<Uint8Array> {
    return new Uint8Array(this.#use(() => this.#session.readMemory()));
  }

  async writeMemory(bytes: Uint8Array): Promise<void> {
    this.#use(() => this.#session.writeMemory(bytes));
  }

  #use<Result>(action: () => Result): Result {
    if (this.#closed) throw sessionClosed();
    try {
      return action();
    } catch (cause) {
      throw internal(cause);
    }
  }
}
