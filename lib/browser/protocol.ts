/** What a page and the worker that hosts its model say to each other. */

import type { Limits } from '../base/budget';
import type { ErrorCode } from '../base/errors';
import type { WasmModuleName } from '../engines/wasm_probe';
import type { TfjsArtifacts } from '../formats/tfjs/read_tfjs';
import type { TensorValues } from '../graph/graph';
import type { RawImage } from '../image/pixels';
import type { Preprocess } from '../image/preprocess';
import type { ViewOptions } from '../image/view';
import type { LoadedFile } from '../model/assemble_model';
import type { ClassSelection } from '../model/class_selection';
import type { Precision } from '../passes/simplify';
import type { CompiledWasm, Dom } from './dom';

/** Every worker of ours has a name that begins so; what follows is the name of the lock that it holds while it lives. */
export const WORKER_NAME = 'mobilenet-edge';

/** Each WebAssembly module: where it is, or what it is. */
export type WasmFiles = Partial<Record<WasmModuleName, string | ArrayBuffer | ArrayBufferView | CompiledWasm>>;

/** A model that can be sent to a worker. */
export type SentModel =
  | { kind: 'url'; url: string }
  | { kind: 'files'; files: readonly Blob[] }
  | { kind: 'bytes'; bytes: Uint8Array }
  | { kind: 'artifacts'; artifacts: TfjsArtifacts }
  | { kind: 'graph'; graph: LoadedFile['graph'] };

/** A picture that can be sent to a worker. */
export type SentPicture =
  | { kind: 'url'; url: string }
  | { kind: 'encoded'; blob: Blob }
  | { kind: 'drawable'; drawable: Dom<'ImageBitmap'> | Dom<'VideoFrame'> }
  | { kind: 'pixels'; pixels: RawImage };

export interface HostOptions {
  isa?: string;
  threads?: number;
  precision?: 'auto' | Precision;
  preprocess?: Partial<Preprocess>;
  limits?: Limits;
  /** Names, or the URL of a text file. */
  labels?: readonly string[] | string;
  labelsLocale?: string;
  /** The name of the Cache to keep fetched model files in. */
  cache?: string;
}

export interface ByteProgress {
  loaded: number;
  /** Absent where the server does not tell. */
  total?: number;
}

export type HostRequest =
  | { kind: 'load'; model: SentModel; options: HostOptions; wasm: WasmFiles }
  | { kind: 'classify'; picture: SentPicture; selection: ClassSelection; view: ViewOptions }
  | { kind: 'embed'; picture: SentPicture; view: ViewOptions }
  | { kind: 'predict'; tensor: TensorValues };

/** A worker hosts a model, or assists one that does: then its first message is the port through which its task comes. */
export type ToWorker = { id: number; request: HostRequest } | { abort: number } | { assist: Dom<'MessagePort'> };

export type HostAnswer =
  | { id: number; value: unknown }
  | { id: number; error: { code: ErrorCode; message: string; cause: unknown } }
  | { id: number; progress: [fraction: number, bytes: ByteProgress | undefined] };

/** `alive` comes first, when the worker holds its lock; `assistants` are ports for as many workers to be started. */
export type FromWorker = { alive: true } | { assistants: Dom<'MessagePort'>[] } | HostAnswer;
