/** Cycles of blocks of machine code: what one run of each takes among many runs of itself. */
import { spawnSync } from 'node:child_process';
import { cortexA53Cycles } from './cortex_a53.mjs';
import { disassemble, TARGETS } from './disassemble.mjs';

const ITERATIONS = 100;

function scheduledCycles(blocks, model, architecture) {
  const input = blocks.map((block, i) => `# LLVM-MCA-BEGIN ${i}\n${block.join('\n')}\n# LLVM-MCA-END\n`).join('');
  const { triple, attributes } = TARGETS[architecture];
  const { status, error, stdout, stderr } = spawnSync(
    'llvm-mca-19',
    [
      `-mtriple=${triple}`,
      attributes,
      `-mcpu=${model}`,
      `-iterations=${ITERATIONS}`,
      '-json',
      '-instruction-info=false',
      '-resource-pressure=false',
      // A branch whose target llvm-mca cannot parse takes no cycle of note.
      '-skip-unsupported-instructions=parse-failure',
    ],
    { input, encoding: 'utf8', maxBuffer: 1 << 28 },
  );
  if (status !== 0) throw new Error(`llvm-mca-19: ${error ?? stderr}`);
  const cycles = new Map(
    JSON.parse(stdout).CodeRegions.map(({ Name, SummaryView }) => [Name, SummaryView.TotalCycles / ITERATIONS]),
  );
  return blocks.map((_, i) => cycles.get(String(i)) ?? 0);
}

/**
 * Of blocks, each a list of instructions in hexadecimal, the cycles on a core: by LLVM's `model` of it, else by the rule
 * for a Cortex-A53.
 */
export function cyclesOf(blocks, { model }, architecture) {
  const assembly = disassemble(blocks.flat(), architecture);
  let next = 0;
  const listings = blocks.map(({ length }) => assembly.slice(next, (next += length)).filter(Boolean));
  return model ? scheduledCycles(listings, model, architecture) : listings.map(cortexA53Cycles);
}
