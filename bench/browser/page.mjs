/** The page of one contestant, as child.mjs is the process of one in Node. */
import { obey, turnCommands } from '../turns.mjs';

async function openContestant({ module, files, options }) {
  const { open } = await import(`/contestants/${module}`);
  return open({ files, options });
}

const commands = { ...turnCommands(openContestant), memory: () => ({}) };

globalThis.obey = (message) => obey(commands, message);
