/** A network in an engine: tensors in, tensors out, one run after the other. */
import { MobileNetEdgeError } from '../base/errors';
import { SerialQueue } from '../base/serial_queue';
import type { OpOutline } from '../compile/outline';
import type { Session } from '../engines/engine';
import type { Tensor, TensorValues } from '../graph/graph';
import type { Port, Program } from '../program/program';
import { swapSides } from './swapped_sides';
import { checkTensor, toType } from './tensor_io';

/** The time of one op of an inference. */
export interface OpTime extends OpOutline {
  ms: number;
}

export interface NetworkParts {
  session: Session;
  program: Pick<Program, 'input' | 'outputs' | 'embedding'>;
  /** What each op of the program does. */
  outline: readonly OpOutline[];
  /** The model's own tensors, quantization included. */
  input: Tensor;
  outputs: readonly Tensor[];
  embedding: Tensor | undefined;
  /** Whether the network reads the columns of `input` as rows. */
  swapsSides: boolean;
}

/** A tensor, and where a run leaves it. */
export interface Result {
  tensor: Tensor;
  ports: readonly [Port];
}

/** Frees engines of networks that were dropped without close(). */
const forgotten = new FinalizationRegistry<Session>((session) => void session.close());

export class Network {
  /** The first output, which is what classify() reads. */
  readonly output: Result;
  readonly embedding: Result | undefined;
  readonly #parts: NetworkParts;
  readonly #runs = new SerialQueue();
  #closed = false;

  constructor(parts: NetworkParts) {
    const { program, session, outputs, embedding } = parts;
    this.output = { tensor: outputs[0], ports: [program.outputs[0]] };
    if (program.embedding && embedding) this.embedding = { tensor: embedding, ports: [program.embedding] };
    this.#parts = parts;
    forgotten.register(this, session, this);
  }

  /** Throws MODEL_CLOSED. */
  checkOpen(): void {
    if (this.#closed) throw new MobileNetEdgeError('MODEL_CLOSED', 'This model was closed; load it again to use it');
  }

  /** Throws TENSOR_INVALID for what is not the network's input. */
  check(tensor: unknown): asserts tensor is TensorValues {
    const { input, session } = this.#parts;
    checkTensor(tensor, input, session.allFinite);
  }

  /** What the network computes with, which the caller of predict() cannot change any more once that has returned. */
  ownInput(tensor: TensorValues): TensorValues {
    const values = this.#engineInput(tensor);
    // An engine copies its input as soon as a run is asked for.
    return values === tensor && !this.#runs.isIdle ? values.slice() : values;
  }

  /** One result of a run, in the type that the network computes with. */
  async runFor({ ports }: Result, tensor: TensorValues, signal?: AbortSignal): Promise<TensorValues> {
    return (await this.#run(this.#engineInput(tensor), ports, signal))[0];
  }

  /** All outputs of a run, of `ownInput`'s values, in the model's own types. */
  async runAll(ownInput: TensorValues, signal?: AbortSignal): Promise<TensorValues[]> {
    const { program, outputs } = this.#parts;
    const values = await this.#run(ownInput, program.outputs, signal);
    return values.map((each, i) => toType(each, outputs[i], outputs[i].type));
  }

  /** The time of each op of a run. */
  async profile(tensor: TensorValues): Promise<OpTime[]> {
    const { outline, program, session } = this.#parts;
    const values = this.#engineInput(tensor);
    const times = await this.#runs.run(() => {
      this.checkOpen();
      return session.profile(values, program.outputs);
    });
    return outline.map((op, i) => ({ ...op, ms: times[i] }));
  }

  /** Ends a run in progress and frees the engine's memory. Idempotent. */
  close(): Promise<void> {
    this.#closed = true;
    forgotten.unregister(this);
    return this.#parts.session.close();
  }

  #engineInput(tensor: TensorValues): TensorValues {
    const { input, swapsSides, program } = this.#parts;
    return toType(swapsSides ? swapSides(tensor, input) : tensor, input, program.input.own);
  }

  #run(values: TensorValues, ports: readonly Port[], signal?: AbortSignal): Promise<TensorValues[]> {
    return this.#runs.run(() => {
      this.checkOpen();
      return this.#parts.session.run(values, ports, signal);
    }, signal);
  }
}
