/** Command line of `npm run bench`. */
import { parseArgs } from 'node:util';
import { BROWSER_CONTESTANTS } from './browser/contestants.mjs';
import { CONTESTANTS } from './contestants/index.mjs';
import { NETWORKS } from './networks.mjs';

export const USAGE = `Usage: npm run bench -- [options]

  --browser        in Chromium, where threads are those of pages that are cross-origin isolated
  --rounds N       turns of each contestant (default 12)
  --runs N         timed runs in a turn, which is cut short after a second (default 10)
  --only A,B       contestants whose name contains one of these words
  --precision P    only float32 or int8
  --threads N      only contestants of so many threads
  --network v1,v2  networks to run (default all)
  --quick          2 rounds of 3 runs after a short warm-up: tells whether it works, not how fast
  --json           one JSON value on stdout
  --markdown       the tables of RESULTS.md on stdout
  --help           this text

Contestants: ${CONTESTANTS.map(({ name }) => name).join(', ')}

With --browser: ${BROWSER_CONTESTANTS.map(({ name }) => name).join(', ')}`;

export class UsageError extends Error {}

const words = (list) => list.split(',').map((word) => word.trim());

function count(text, name) {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) {
    throw new UsageError(`Expected --${name} to be a whole number from 1 but received '${text}'`);
  }
  return value;
}

/** The members of `all` that `matches` finds for one of `wanted`; every word must find something. */
function choose(all, wanted, matches, option) {
  for (const word of wanted) {
    if (word === '' || !all.some((each) => matches(each, word))) {
      throw new UsageError(`Expected --${option} to name something of the list below but received '${word}'`);
    }
  }
  return all.filter((each) => wanted.some((word) => matches(each, word)));
}

/** Throws UsageError. */
export function readOptions(args) {
  const { values } = parse(args);
  const [rounds, runs, warmUpMs] = values.quick ? [2, 3, 200] : [12, 10, 1500];
  const byName = ({ name }, word) => name.includes(word);
  const byId = ({ id }, word) => id === word;
  const { precision } = values;
  const threads = values.threads && count(values.threads, 'threads');
  const all = (values.browser ? BROWSER_CONTESTANTS : CONTESTANTS)
    .filter((each) => precision === undefined || each.precision === precision)
    .filter(({ options }) => threads === undefined || (options.threads ?? 1) === threads);
  if (all.length === 0)
    throw new UsageError('Expected --precision and --threads to leave a contestant but they leave none');
  return {
    help: values.help,
    browser: values.browser,
    format: values.json ? 'json' : values.markdown ? 'markdown' : 'text',
    rounds: count(values.rounds ?? rounds, 'rounds'),
    runs: count(values.runs ?? runs, 'runs'),
    warmUpMs,
    contestants: values.only === undefined ? all : choose(all, words(values.only), byName, 'only'),
    networks: values.network === undefined ? NETWORKS : choose(NETWORKS, words(values.network), byId, 'network'),
  };
}

function parse(args) {
  const flag = { type: 'boolean', default: false };
  const text = { type: 'string' };
  const options = {
    help: flag,
    browser: flag,
    json: flag,
    markdown: flag,
    quick: flag,
    rounds: text,
    runs: text,
    only: text,
    precision: text,
    threads: text,
    network: text,
  };
  try {
    return parseArgs({ args, options });
  } catch (error) {
    throw new UsageError(error.message);
  }
}
