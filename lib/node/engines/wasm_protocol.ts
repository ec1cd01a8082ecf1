/**
 * What a wasm session and its worker say to each other. Requests are answered in order, one reply each. `assistants`
 * lead to wasm_assistant.ts. Runs have numbers; `stopped`, which is shared, holds that of a run that is to end. A run's `input` comes back to be used again: new memory costs more than filling it.
 */
import type { MessagePort } from 'node:worker_threads';
import type { ErrorCode } from '../../base/errors';
import type { TensorValues } from '../../graph/graph';
import type { Port, Program } from '../../program/program';

export type WasmRequest =
  | { kind: 'load'; module: WebAssembly.Module; program: Program; assistants: MessagePort[]; stopped: Int32Array }
  | { kind: 'run' | 'profile'; input: TensorValues; ports: readonly Port[]; run: number }
  | { kind: 'read_memory' }
  | { kind: 'write_memory'; bytes: Uint8Array };

/** What a request asks for: values of ports, the times of a profile, the memory's bytes; undefined if a run was stopped. */
export type WasmValue = TensorValues[] | Float64Array | Uint8Array | undefined;

export type WasmReply =
  | { value: WasmValue; input?: TensorValues }
  | { error: { code: ErrorCode; message: string; cause: unknown } };
