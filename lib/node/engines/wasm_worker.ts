/** The Node worker thread that leads one wasm session: a WasmProgram behind messages. */

import { parentPort } from 'node:worker_threads';
import { transferableBuffers } from '../../base/bytes';
import { MobileNetEdgeError } from '../../base/errors';
import { WasmProgram } from '../../engines/wasm_program';
import type { TensorValues } from '../../graph/graph';
import type { WasmReply, WasmRequest, WasmValue } from './wasm_protocol';

let program: WasmProgram | undefined;
/** The number of the newest run. */
let run = 0;

async function answer(request: WasmRequest): Promise<WasmValue> {
  if (request.kind === 'load') {
    const { module, stopped } = request;
    const goesOn = (): boolean => Atomics.load(stopped, 0) !== run;
    const loaded = new WasmProgram(module, request.program, 1 + request.assistants.length, goesOn);
    request.assistants.forEach((assistant, i) => {
      assistant.postMessage(loaded.assistantTask(i + 1));
    });
    program = loaded;
    return undefined;
  }
  if (!program) throw new Error(`Expected a program before ${request.kind}`);
  if ('run' in request) run = request.run;
  switch (request.kind) {
    case 'run':
      return program.run(request.input, request.ports);
    case 'profile':
      return program.profile(request.input, request.ports);
    case 'read_memory':
      return program.readMemory();
    case 'write_memory':
      program.writeMemory(request.bytes);
      return undefined;
  }
}

async function reply(request: WasmRequest): Promise<WasmReply> {
  try {
    return { value: await answer(request), input: 'input' in request ? request.input : undefined };
  } catch (error) {
    if (error instanceof MobileNetEdgeError) {
      return { error: { code: error.code, message: error.message, cause: error.cause } };
    }
    // Assistants may wait for the chunk that failed: only the end of all these threads frees them.
    if (program?.hasAssistants) throw error;
    return { error: { code: 'INTERNAL', message: `The wasm engine failed: ${error}`, cause: error } };
  }
}

function transferable(values: WasmValue | TensorValues): ArrayBuffer[] {
  return values ? [values].flat().flatMap((each) => transferableBuffers(each)) : [];
}

/** One request at a time. */
let last = Promise.resolve();

parentPort!.on('message', (request: WasmRequest) => {
  last = last.then(async () => {
    const message = await reply(request);
    const buffers = 'value' in message ? [...transferable(message.value), ...transferable(message.input)] : [];
    parentPort!.postMessage(message, buffers);
  });
});
