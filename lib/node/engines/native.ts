/** The native engine: whole programs run in the C++ addon, on threads of its own. */
import { onAbort } from '../../base/abort';
import { abortError, MobileNetEdgeError, throwIfAborted } from '../../base/errors';
import { halfToFloat } from '../../base/half_float';
import {
  checkThreads,
  type Engine,
  type EngineOptions,
  MAX_THREADS,
  type Session,
  sessionClosed,
  WASM_ISAS,
} from '../../engines/engine';
import type { TensorValues } from '../../graph/graph';
import { channelsOf, pixelsOf, valuesIn } from '../../program/port';
import { type Geometry, type PackedWeights, PORT_ARRAYS, type Port, type Program } from '../../program/program';
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
  /** The values of each output or, if timed, the milliseconds of each op; undefined if the run was stopped. */
  run(
    input: TensorValues,
    inputPort: number,
    outputs: Uint32Array,
    timed?: boolean,
  ): Promise<ArrayBuffer[] | undefined>;
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
  afterWord: number;
  /** Whether to turn the top bits of all bytes, which makes uint8 values of int8 ones (plus 128) and the reverse. */
  flips: boolean;
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

function inBytes(port: Port): BytePort {
  const { offset, stride, type, shift, afterWord } = port;
  const { BYTES_PER_ELEMENT } = PORT_ARRAYS[type];
  return {
    offset,
    pixels: pixelsOf(port),
    channelBytes: channelsOf(port) * BYTES_PER_ELEMENT,
    strideBytes: stride * BYTES_PER_ELEMENT,
    afterWord,
    flips: shift !== 0,
  };
}

/** What a port's bytes stand for: its own values, but for halves. */
function ownValues(bytes: ArrayBuffer, port: Port): TensorValues {
  return port.type === 'float16' ? Float32Array.from(new Uint16Array(bytes), halfToFloat) : valuesIn(bytes, port);
}

class NativeSession implements Session {
  readonly #session: AddonSession;
  readonly allFinite: Addon['allFinite'];
  readonly #input: number;
  readonly #ports = new WeakMap<readonly Port[], Uint32Array>();
  /** Settles with the newest run; never rejects. */
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(addon: Addon, isa: string, program: Program<PackedWeights>, threads: number) {
    checkThreads(program, threads);
    const { ops, weights, arenaBytes, scratchBytes, input } = program;
    this.allFinite = addon.allFinite;
    const packed = weights instanceof NativeWeights ? weights.weights : (weights as Uint8Array);
    const bytes = ops.byteLength + weights.byteLength + arenaBytes;
    this.#session = orOutOfMemory(bytes, () => new addon.Session(isa, ops, packed, arenaBytes, scratchBytes, threads));
    this.#input = this.#session.addPort(inBytes(input));
  }

  async run(input: TensorValues, ports: readonly Port[], signal?: AbortSignal): Promise<TensorValues[]> {
    throwIfAborted(signal);
    const running = this.#run(input, ports, false);
    const forget = signal && onAbort(signal, () => this.#session.stop());
    const values = await running.finally(forget);
    if (values) return ports.map((port, i) => ownValues(values[i], port));
    throw this.#closed ? sessionClosed() : abortError(signal!);
  }

  async profile(input: TensorValues, ports: readonly Port[]): Promise<Float64Array> {
    const times = await this.#run(input, ports, true);
    if (times) return new Float64Array(times[0]);
    throw sessionClosed();
  }

  #run(input: TensorValues, ports: readonly Port[], timed: boolean): Promise<ArrayBuffer[] | undefined> {
    const running = this.#use(() => {
      const outputs = this.#indicesOf(ports);
      return this.#session.run(input, this.#input, outputs, timed);
    });
    this.#last = running.catch(() => undefined);
    return running;
  }

  #indicesOf(ports: readonly Port[]): Uint32Array {
    let indices = this.#ports.get(ports);
    if (indices === undefined) {
      indices = Uint32Array.from(ports, (port) => this.#session.addPort(inBytes(port)));
      this.#ports.set(ports, indices);
    }
    return indices;
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
