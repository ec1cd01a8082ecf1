/** The process of one contestant: obeys one command at a time, sleeps in between. Started by contestant_process.mjs. */
import { obey, turnCommands } from './turns.mjs';

const bareRss = process.memoryUsage.rss();

async function openContestant({ module, files, options }) {
  const { open } = await import(new URL(`contestants/${module}`, import.meta.url));
  return open({ files, options });
}

function cpuMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

const commands = {
  ...turnCommands(openContestant, cpuMs),

  /** What one core can do at best: multiply-accumulates a second of products that stay in its own caches. */
  async peak({ isa }) {
    const { peakRate } = await import('../dist/cli/peak.js');
    return { rate: await peakRate({ backend: 'native', isa, precision: 'float32' }) };
  },

  /** Bytes resident, garbage collected, and those of Node before anything was loaded. */
  memory() {
    globalThis.gc();
    return { rss: process.memoryUsage.rss(), bareRss };
  },
};

process.on('message', async (message) => {
  process.send(await obey(commands, message));
});
