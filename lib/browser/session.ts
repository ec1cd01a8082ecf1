/** A Program in the thread that calls it, which leads, with workers that assist. */
import type { Session } from '../engines/engine';
import { type AssistantTask, assist, WasmProgram } from '../engines/wasm_program';
import { MobileNetEdgeError } from '../errors';
import { nextTask } from '../next_task';
import type { Program } from '../program/program';

/** Has workers started that answer to `serveAssistant`, and gives the ports to them. */
export type StartAssistants = (count: number) => MessagePort[];

/** Resolves when all threads are there. Assistants end with the leader: the page ends them all. */
export async function openSession(
  module: WebAssembly.Module,
  program: Program,
  threads: number,
  startAssistants?: StartAssistants,
): Promise<Session> {
  const loaded = new WasmProgram(module, program, threads);
  const ports = threads > 1 ? startAssistants!(threads - 1) : [];
  await Promise.all(ports.map((port, i) => handOver(loaded.assistantTask(i + 1), port)));

  let running: WasmProgram | undefined = loaded;
  const open = (): WasmProgram => {
    if (running) return running;
    throw new MobileNetEdgeError('MODEL_CLOSED', 'The session is closed: load the model again');
  };
  const lead = async <Result>(work: (program: WasmProgram) => Result): Promise<Result> => {
    // An inference keeps its thread busy: between two of them messages come in, an abort among them. That `input` is read
    // later than engine.ts promises does no harm: pages give their host a copy.
    await nextTask();
    const program = open();
    try {
      return work(program);
    } catch (cause) {
      // Assistants may wait for the chunk that failed: there will be no other run.
      if (program.hasAssistants) running = undefined;
      throw cause;
    }
  };
  return {
    run: (input, port) => lead((program) => program.run(input, port)),
    profile: (input, port) => lead((program) => program.profile(input, port)),
    readMemory: async () => open().readMemory(),
    writeMemory: async (bytes) => open().writeMemory(bytes),
    close: async () => {
      running = undefined;
    },
  };
}

/** Resolves when the assistant has begun. */
function handOver(task: AssistantTask, port: MessagePort): Promise<void> {
  return new Promise((resolve) => {
    port.onmessage = () => {
      port.close();
      resolve();
    };
    port.postMessage(task);
  });
}

/** In a worker of its own: waits for a task, and works on it until the worker is ended. */
export function serveAssistant(port: MessagePort): void {
  port.onmessage = async ({ data }: MessageEvent<AssistantTask>) => {
    port.postMessage(undefined);
    // Nothing leaves this thread once it assists.
    await nextTask();
    assist(data);
  };
}
