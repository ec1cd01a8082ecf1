/**
 * Calls everything that the addon exports with right arguments of which some are made wrong, hostile or another
 * thread's: whatever happens must be an answer or an exception. A process of its own, for what it looks for ends it.
 *
 *   node --expose-gc main.cjs PACKAGE_ROOT SEED CALLS PROGRAMS_JSON [--tell]
 *
 * Prints how often each function answered and threw; `--tell` prints each call before it is made.
 */
const { writeSync } = require('node:fs');
const { Objects, functionsOf } = require('./functions.cjs');
const { disturb, startWriter, written } = require('./memory.cjs');
const { chance, integer, oneOf, seed } = require('./random.cjs');
const { anything, spoiled } = require('./values.cjs');

const [root, seedText, callsText, programsText, tell] = process.argv.slice(2);
seed(Number(seedText));
const programs = JSON.parse(programsText);
const addon = require(require.resolve('node-gyp-build', { paths: [root] }))(root);
const objects = new Objects(addon, programs.double);
const { ops: changing, writer } = startWriter(programs.double);
const functions = functionsOf(addon, objects, programs, changing);
const names = Object.keys(functions);
const counts = Object.fromEntries(names.map((name) => [name, { answered: 0, threw: 0 }]));
let running = [];

const any = (good) => {
  const ours = [...objects.sessions, ...objects.weights, addon.Session.prototype];
  return anything(good, [...ours, Object.create(addon.Weights.prototype), new Proxy(oneOf(objects.weights), {})]);
};
/** Half of the calls are right. */
function makeWrong(args) {
  const wrong = new Set(Array.from({ length: oneOf([0, 0, 0, 1, 1, 2]) }, () => integer(args.length - 1)));
  for (const at of args.keys()) {
    if (!wrong.has(at)) continue;
    const hasFields = args[at]?.constructor === Object;
    args[at] = hasFields && chance(80) ? spoiled(args[at], objects.sessions, () => objects.act()) : any(args[at]);
  }
  if (chance(2)) args.length = integer(args.length);
  if (chance(2)) args.push(any());
}

/** Programs whose words another thread was writing run as they were when they were checked. */
function runWhole(session, ops) {
  const port = { offset: 0, pixels: 1, channelBytes: 32, strideBytes: 32, afterWord: 0 };
  const { addPort, run } = addon.Session.prototype;
  try {
    const input = addPort.call(session, port);
    const output = addPort.call(session, { ...port, afterWord: ops.length });
    running.push(run.call(session, new Float32Array(8), input, Uint32Array.of(output)));
  } catch {
    // It may have less memory than that.
  }
}

function call(callee, receiver, args) {
  if (receiver !== 'new') return Reflect.apply(callee, chance(97) ? receiver : any(receiver), args);
  if (chance(2)) return callee(...args);
  const targets = [addon.Weights, addon.Session, class extends addon.Weights {}, Object];
  return Reflect.construct(callee, args, chance(95) ? callee : oneOf(targets));
}

function makeCall(name) {
  const [callee, receiver, args] = functions[name]();
  makeWrong(args);
  try {
    const answer = call(callee, receiver, args);
    counts[name].answered++;
    if (answer instanceof Promise) running.push(answer);
    if (name === 'new Weights') objects.keep(objects.weights, answer);
    if (name === 'new Session') {
      runWhole(answer, args[1]);
      objects.keep(objects.sessions, answer);
    }
  } catch {
    counts[name].threw++;
  }
  for (const arg of args) {
    if (ArrayBuffer.isView(arg) && !written.includes(arg.buffer) && arg.buffer !== changing && chance(20)) disturb(arg);
  }
}

async function main() {
  await new Promise((resolve) => writer.once('online', resolve));
  for (let i = 0; i < Number(callsText); i++) {
    if (i % 4 === 0) objects.refresh();
    const name = oneOf(names);
    if (tell) writeSync(1, `${i} ${name}\n`);
    makeCall(name);
    if (i % 16 === 15) {
      await Promise.allSettled(running);
      running = [];
    }
  }
  await Promise.allSettled(running);
  await writer.terminate();
  console.log(JSON.stringify(counts));
}

main();
