/** `npm run bench`: mobilenet-edge and its peers side by side in one run. See options.mjs for the command line. */
import { measureCameraFrame } from './camera_frame.mjs';
import { ContestantProcess } from './contestant_process.mjs';
import { readOptions, USAGE, UsageError } from './options.mjs';
import { describePackages } from './packages.mjs';
import { race } from './race.mjs';
import { beside, describeMachine, formatReport, summarize } from './report.mjs';

/** Where contestants run: what `start` gives answers to the commands of turns.mjs. */
const PROCESSES = {
  system: `Node ${process.version}`,
  start: ({ name }) => new ContestantProcess(name),
  close: () => {},
};

async function main() {
  const options = readOptions(process.argv.slice(2));
  if (options.help) return console.log(USAGE);
  const { rounds, runs, contestants, networks, format } = options;
  const venue = options.browser ? await (await import('./browser/venue.mjs')).openBrowser() : PROCESSES;
  const machine = describeMachine(venue.system);
  const progress = (text) => process.stderr.write(`${text}\n`);

  const races = [];
  try {
    for (const network of networks) {
      const { results, limit, ...rest } = await race(network, { ...options, start: venue.start }, progress);
      const summary = summarize(results);
      const { id, title } = network;
      races.push({ id, title, results: summary, limit: beside(limit, summary), ...rest });
    }
  } finally {
    await venue.close();
  }
  const byName = new Map(contestants.map(({ packages }) => [packages.join(), packages]));
  const packages = [...byName.values()].map(describePackages);
  const frame = options.browser ? undefined : measureCameraFrame();
  console.log(formatReport({ machine, rounds, runs, packages, networks: races, frame }, format));
}

main().catch((error) => {
  console.error(error instanceof UsageError ? `${error.message}\n\n${USAGE}` : error);
  process.exitCode = error instanceof UsageError ? 2 : 1;
});
