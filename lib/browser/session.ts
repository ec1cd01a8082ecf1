/** A Program in the thread that calls it, which leads, with workers that assist. */
import { onAbort } from '../base/abort';
import { abortError, MobileNetEdgeError, throwIfAborted } from '../base/errors';
import { nextTask } from '../base/next_task';
import { type Session, sessionClosed } from '../engines/engine';
import { type AssistantTask, assist, WasmProgram } from '../engines/wasm_program';
import type { Program } from '../program/program';

/** A long inference lets its thread have another task after that: a message, a frame of the page. */
const TURN_MS = 30;

/** Has workers started that answer to `serveAssistant`, and gives the ports to them. */
export type StartAssistants = (count: number) => MessagePort[];

/** Resolves when all threads are there. Assistants end with the leader: the page ends them all. */
export async function openSession(
  module: WebAssembly.Module,
  program: Program,
  threads: number,
  startAssistants?: StartAssistants,
): Promise<Session> {
  // Whether the newest run is still wanted, and when its turn of this thread began.
  let wanted = true;
  let turn = 0;
  const nextTurn = async (): Promise<boolean> => {
    await nextTask();
    turn = performance.now();
    return wanted;
  };
  const loaded = new WasmProgram(module, program, threads, () =>
    performance.now() - turn < TURN_MS ? wanted : nextTurn(),
  );
  const ports = threads > 1 ? startAssistants!(threads - 1) : [];
  await Promise.all(ports.map((port, i) => handOver(loaded.assistantTask(i + 1), port)));

  let running: WasmProgram | undefined = loaded;
  const open = (): WasmProgram => {
    if (running) return running;
    throw sessionClosed();
  };
  const lead = async <Result>(
    work: (program: WasmProgram) => Promise<Result | undefined>,
    signal?: AbortSignal,
  ): Promise<Result> => {
    // An inference keeps its thread busy: before it messages come in, an abort among them. That `input` is read later
    // than engine.ts promises does no harm: pages give their host a copy.
    wanted = true;
    await nextTurn();
    throwIfAborted(signal);
    const program = open();
    const forget =
      signal &&
      onAbort(signal, () => {
        wanted = false;
      });
    try {
      const result = await work(program);
      if (result !== undefined) return result;
      open();
      throw abortError(signal!);
    } catch (cause) {
      // Assistants may wait for the chunk that failed: there will be no other run.
      if (program.hasAssistants && !(cause instanceof MobileNetEdgeError)) running = undefined;
      throw cause;
    } finally {
      forget?.();
    }
  };
  return {
    run: (input, ports, signal) => lead((program) => program.run(input, ports), signal),
    profile: (input, ports) => lead((program) => program.profile(input, ports)),
    readMemory: async () => open().readMemory(),
    writeMemory: async (bytes) => open().writeMemory(bytes),
    close: async () => {
      wanted = false;
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
