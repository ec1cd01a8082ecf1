/** Compiles a network for an emulated core, has it run there and counted, and checks the answer against this machine's. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { buildNativeProgram } from '../../scripts/native_test_build.mjs';
import { countRun } from './count.mjs';
import { pictureOf } from './networks.mjs';
import { programFile, readOutput } from './program_file.mjs';

const require = createRequire(import.meta.url);
const { compile } = require('../../dist/compile/compile.js');
const { loadNativeEngine } = require('../../dist/node/engines/native.js');
const { simplify } = require('../../dist/passes/simplify.js');
const { listing } = require('../../dist/program/listing.js');
const { fromReal } = require('../../dist/model/tensor_io.js');

const TOLERANCES = { float32: 1e-5, float16: 0.1, int8: 0 };

export function prepareHarness({ architecture, compiler }) {
  // Not Thumb, which is the compiler's default: some functions of the C library are no Thumb, and blocks do not say.
  const flags = architecture === 'arm' ? ['-O3', '-static', '-marm'] : ['-O3', '-static'];
  return buildNativeProgram(`${architecture}_bench`, 'bench/arm', flags, { architecture, compiler });
}

const inputOf = (graph) => fromReal(pictureOf(graph), graph.input);

async function answerHere(graph) {
  const engine = loadNativeEngine();
  const program = compile(graph, engine.geometry);
  const session = await engine.load(program);
  const [answer] = await session.run(inputOf(graph), program.outputs);
  await session.close();
  return answer;
}

function checkAnswer(answer, expected, tolerance, name) {
  const wrong = answer.findIndex((value, i) => !(Math.abs(value - expected[i]) <= tolerance));
  if (answer.length !== expected.length || wrong >= 0) {
    throw new Error(`${name}: expected ${expected[wrong]} but received ${answer[wrong]} as value ${wrong}`);
  }
}

/** What an op is, in a few words. */
const summaryOf = (line) => {
  const fields = [...line.matchAll(/\b(m|k|n|channels|input_height|stride_height|output_height)=(\d+)/g)];
  return [line.split(' ')[0], ...fields.map(([field]) => field)].join(' ');
};

/** { isa, total, layers: [{ op, counts }] }; counts are of count.mjs. */
export async function measure({ graph, precision, board, harness, plugin, folder, options }) {
  const simple = simplify(graph, precision);
  const emulated = (...run) => execFileSync(board.emulator, ['-cpu', board.cpu, harness, ...run], { encoding: 'utf8' });
  const isa = options.isa ?? emulated('--isas').trim().split(',').at(-1);
  const program = compile(simple, JSON.parse(emulated('--geometry', isa)), { fusion: options.fusion });
  const [programPath, outputPath, counts] = ['program', 'output', 'counts'].map((name) => join(folder, name));
  writeFileSync(programPath, programFile(program, inputOf(simple)));

  const run = [harness, isa, programPath, outputPath];
  const [total] = countRun(plugin, board, run, counts, 1);
  const answer = readOutput(readFileSync(outputPath), program.outputs[0]);
  // This machine need not have halves.
  const expected = await answerHere(precision === 'float16' ? simplify(graph) : simple);
  checkAnswer(answer, expected, TOLERANCES[precision], `${board.title} ${isa}`);
  if (!options.layers) return { isa, total, layers: [] };

  const ops = listing(program)
    .split('\n')
    .filter((line) => /^[a-z]/.test(line));
  const counted = countRun(plugin, board, [...run, 'layers'], counts, ops.length);
  return { isa, total, layers: ops.map((line, i) => ({ op: summaryOf(line), counts: counted[i] })) };
}
