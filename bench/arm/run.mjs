/**
 * What one inference takes on a core of Raspberry Pis, counted without them: guest instructions under qemu, compute
 * cycles by llvm-mca, what a model of the caches sends to DRAM, and the time that these make, beside the same of other
 * libraries.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ANCHORS, BOARDS, predictedTime } from './boards.mjs';
import { preparePlugin } from './count.mjs';
import { measure, prepareHarness } from './measure.mjs';
import { buildGraph, PRECISIONS, TITLES } from './networks.mjs';

const USAGE = `Usage: npm run arm -- [options]

  --network v1,v2       default both
  --precision A,B       ${PRECISIONS.join()}; default all
  --board A,B           ${BOARDS.map(({ id }) => id).join()}; default all
  --isa NAME            default: the best one of each core
  --fusion NAME         auto (default), always or never
  --layers              a line for every op too
  --functions           a line for every function that takes 1 % of the cycles or more too
  --help                this text`;

const text = { type: 'string' };
const flag = { type: 'boolean', default: false };
const { values: options } = parseArgs({
  options: {
    network: { ...text, default: Object.keys(TITLES).join() },
    precision: { ...text, default: PRECISIONS.join() },
    board: { ...text, default: BOARDS.map(({ id }) => id).join() },
    isa: text,
    fusion: { ...text, default: 'auto' },
    layers: flag,
    functions: flag,
    help: flag,
  },
});

/** The members of `all` in a list of the command line. */
function chosen(list, all) {
  for (const word of list.split(',')) {
    if (!all.includes(word)) throw new Error(`Expected one of ${all.join(', ')} but received '${word}'`);
  }
  return list.split(',');
}

const column = (value) => (value === undefined ? '' : value.toFixed(1)).padStart(8);
const countsOf = ({ instructions, cycles, dram }) => [instructions, cycles, dram].map(column).join('');
const withTime = (counts, { core }) => countsOf(counts) + column(predictedTime({ core, ...counts }));

function print({ isa, total, layers }, anchors, board) {
  console.log(`  ${board.title.padEnd(12)}${withTime(total, board)}  mobilenet-edge ${isa}`);
  for (const { op, counts } of layers) console.log(`    ${countsOf(counts)}  ${op}`);
  if (options.functions) {
    for (const { name, instructions, cycles } of total.functions) {
      if (cycles >= total.cycles / 100) console.log(`    ${countsOf({ instructions, cycles })}  ${name}`);
    }
  }
  for (const [name, { [board.id]: counts }] of Object.entries(anchors)) {
    if (!counts) continue;
    const [instructions, cycles, dram] = counts;
    console.log(`  ${''.padEnd(12)}${withTime({ instructions, cycles, dram }, board)}  ${name}`);
  }
}

async function main(folder) {
  const plugin = preparePlugin(folder);
  const networks = chosen(options.network, Object.keys(TITLES));
  const precisions = chosen(options.precision, PRECISIONS);
  const ids = chosen(
    options.board,
    BOARDS.map(({ id }) => id),
  );
  const boards = BOARDS.filter(({ id }) => ids.includes(id));
  const harnesses = new Map();
  for (const { architecture, compiler } of boards) {
    if (!harnesses.has(architecture)) harnesses.set(architecture, prepareHarness({ architecture, compiler }));
  }
  for (const network of networks) {
    for (const precision of precisions) {
      const graph = await buildGraph(network, precision);
      console.log(`\n${TITLES[network]} ${precision}`);
      console.log(
        `  ${''.padEnd(12)}${['Minstr', 'Mcycles', 'DRAM MB', 'ms'].map((word) => word.padStart(8)).join('')}`,
      );
      for (const board of boards.filter(({ precisions }) => precisions.includes(precision))) {
        const harness = harnesses.get(board.architecture);
        const counts = await measure({ graph, precision, board, harness, plugin, folder, options });
        print(counts, ANCHORS[`${network} ${precision}`], board);
      }
    }
  }
}

if (options.help) {
  console.log(USAGE);
} else {
  const folder = mkdtempSync(join(tmpdir(), 'mobilenet-edge-arm-'));
  try {
    await main(folder);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
