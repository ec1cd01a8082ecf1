/**
 * What one inference takes on the cores of Raspberry Pis, counted without them: guest instructions under qemu, compute
 * cycles by llvm-mca, and what a model of the caches sends to DRAM, beside the same counts of other libraries.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ANCHORS, BOARDS } from './boards.mjs';
import { prepareTools } from './count.mjs';
import { measure, prepareHarness } from './measure.mjs';
import { buildGraph, PRECISIONS, TITLES } from './networks.mjs';

const USAGE = `Usage: npm run arm -- --tools FOLDER [options]

  --tools FOLDER        with armcount.c and armest.py (or MOBILENET_EDGE_ARM_TOOLS)
  --network v1,v2       default both
  --precision A,B       float32, int8; default both
  --board pi3,pi4,pi5   default all
  --isa NAME            default: the best one of each core
  --fusion NAME         auto (default), always or never
  --layers              a line for every op too
  --details             what armest.py says too
  --help                this text`;

const text = { type: 'string' };
const flag = { type: 'boolean', default: false };
const { values: options } = parseArgs({
  options: {
    tools: { ...text, default: process.env.MOBILENET_EDGE_ARM_TOOLS },
    network: { ...text, default: Object.keys(TITLES).join() },
    precision: { ...text, default: PRECISIONS.join() },
    board: { ...text, default: BOARDS.map(({ id }) => id).join() },
    isa: text,
    fusion: { ...text, default: 'auto' },
    layers: flag,
    details: flag,
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

const inMillions = ({ instructions, cycles, dram }) =>
  [instructions, cycles, dram].map((value) => value.toFixed(1).padStart(8)).join('');

function printLayers(layers) {
  for (const { op, counts } of layers) console.log(`    ${inMillions(counts)}  ${op}`);
}

async function main(folder) {
  const tools = prepareTools(options.tools, folder);
  const harness = prepareHarness();
  const ids = chosen(
    options.board,
    BOARDS.map(({ id }) => id),
  );
  const boards = BOARDS.filter(({ id }) => ids.includes(id));
  for (const network of chosen(options.network, Object.keys(TITLES))) {
    for (const precision of chosen(options.precision, PRECISIONS)) {
      const graph = await buildGraph(network, precision);
      console.log(`\n${TITLES[network]} ${precision}: million instructions, million cycles, MB of DRAM traffic`);
      for (const board of boards) {
        const { isa, total, layers } = await measure({ graph, precision, board, harness, tools, folder, options });
        console.log(`  ${board.title.padEnd(12)}${inMillions(total)}  mobilenet-edge ${isa}`);
        if (options.details) console.log(total.text);
        printLayers(layers);
        for (const [name, counts] of Object.entries(ANCHORS[`${network} ${precision}`])) {
          const [instructions, cycles, dram] = counts[board.id];
          console.log(`  ${''.padEnd(12)}${inMillions({ instructions, cycles, dram })}  ${name}`);
        }
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
