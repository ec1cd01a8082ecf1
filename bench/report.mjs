/** Results as a table for people, for RESULTS.md or as data. */
import { availableParallelism, cpus, loadavg, platform, release } from 'node:os';
import { cpuFlags, saturatesInt8 } from './cpu.mjs';

/** `venue`: what contestants run in, with its version. */
export function describeMachine(venue) {
  return {
    cpu: cpus()[0]?.model.trim() ?? process.arch,
    flags: cpuFlags(),
    cores: availableParallelism(),
    arch: process.arch,
    system: `${platform()} ${release()}`,
    venue,
    /** Before the start: other work on the machine. */
    load: loadavg()[0],
    date: new Date().toISOString().slice(0, 10),
  };
}

/** The middle value, or the mean of the two in the middle. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

const least = (values) => values.reduce((a, b) => Math.min(a, b));

/**
 * A race's results with minMs and medianMs of all runs, cpuMs of the best turn and, against each of its rivals that ran,
 * { min, median }: how many times as fast.
 */
export function summarize(results) {
  const timed = results.map(({ times, cpuTimes, ...rest }) =>
    times
      ? {
          ...rest,
          minMs: least(times),
          medianMs: median(times),
          cpuMs: cpuTimes.length > 0 ? least(cpuTimes) : undefined,
        }
      : rest,
  );
  return timed.map(({ rivals, ...result }) => {
    if (result.unavailable) return result;
    const timesAsFastAs = {};
    for (const [heading, name] of Object.entries(rivals)) {
      const rival = timed.find((each) => each.name === name && !each.unavailable);
      if (!rival) continue;
      timesAsFastAs[heading] = { min: rival.minMs / result.minMs, median: rival.medianMs / result.medianMs };
    }
    return { ...result, timesAsFastAs };
  });
}

/** minMs and medianMs of an FMA limit, and how many times as long its contestant takes, by least and median times. */
export function beside(limit, results) {
  if (!limit) return undefined;
  const { name, times } = limit;
  const own = results.find((result) => result.name === name);
  const minMs = least(times);
  const medianMs = median(times);
  return { name, minMs, medianMs, timesAsLong: { min: own.minMs / minMs, median: own.medianMs / medianMs } };
}

const megabytes = (bytes) => (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);

/** One table for each precision of a race. */
function raceTables({ title, results, limit }) {
  const precisions = [...new Set(results.map(({ precision }) => precision))];
  return precisions.map((precision) =>
    raceTable(
      `${title} ${precision}`,
      results.filter((result) => result.precision === precision),
      precision === 'float32' ? limit : undefined,
    ),
  );
}

function raceTable(title, results, limit) {
  const rivals = [...new Set(results.flatMap(({ timesAsFastAs = {} }) => Object.keys(timesAsFastAs)))];
  // Of a page nothing tells its share of processor time and memory.
  const has = (field) => results.some((result) => result[field] !== undefined);
  const [cpu, memory] = [has('cpuMs') ? ['CPU ms'] : [], has('rss') ? ['RSS MB'] : []];
  const header = [title, 'min ms', 'median ms', ...cpu, ...rivals.map((name) => `vs ${name}`), ...memory];
  const rows = results.map(({ name, unavailable, minMs, medianMs, cpuMs, timesAsFastAs, rss }) => {
    if (unavailable) return [name, 'not available here', ...header.slice(2).map(() => '')];
    const ratios = rivals.map((rival) => {
      if (rival === name) return '1';
      const ratio = timesAsFastAs[rival];
      return ratio ? `${ratio.min.toFixed(2)} / ${ratio.median.toFixed(2)}` : '';
    });
    const times = [minMs, medianMs, ...cpu.map(() => cpuMs)].map((time) => time.toFixed(2));
    return [name, ...times, ...ratios, ...memory.map(() => megabytes(rss))];
  });
  if (limit) {
    const { minMs, medianMs } = limit;
    rows.push(['FMA limit of one core', minMs.toFixed(2), medianMs.toFixed(2), ...header.slice(3).map(() => '')]);
  }
  return [header, ...rows];
}

function packageTable(packages) {
  const rows = packages.map(({ name, version, installedBytes }) => [name, version, megabytes(installedBytes)]);
  return [['package', 'version', 'installed MB'], ...rows];
}

const SATURATION = ' (onnxruntime-node saturates without VNNI)';

/** The greatest differences from mobilenet-edge's answers. */
function agreements(runners) {
  const worst = (precision, chosen = () => true) => {
    const some = runners.filter((runner) => runner.precision === precision && chosen(runner.name));
    return some.length > 0 ? Math.max(...some.map(({ difference }) => difference)) : undefined;
  };
  const isOurs = (name) => name.startsWith('mobilenet-edge');
  const float32 = worst('float32');
  const ours = worst('int8', isOurs);
  const peers = worst('int8', (name) => !isOurs(name));
  return [
    ...(float32 === undefined ? [] : [`float32 probabilities within ${float32.toExponential(1)}`]),
    ...(ours === undefined ? [] : ["mobilenet-edge's int8 logits equal bit for bit"]),
    ...(peers === undefined ? [] : [`the peers' within ${peers} of 256 levels${saturatesInt8() ? SATURATION : ''}`]),
  ];
}

function limitNote(title, { name, timesAsLong: { min, median } }) {
  return (
    `${title}: ${name} takes ${min.toFixed(2)} / ${median.toFixed(2)} times the FMA limit, by least / median times. The limit ` +
    'is all multiply-accumulates at the best rate of one core on products in its own caches, measured once a round.'
  );
}

function memoryNote(title, { bareBytes, peakBytes }) {
  return (
    `Loading ${title} int8 from its .tflite file and running it once takes ${megabytes(peakBytes - bareBytes)} MB: ` +
    `peak RSS ${megabytes(peakBytes)}, of Node with the addon alone ${megabytes(bareBytes)} (medians of processes).`
  );
}

function firstAnswerNote(title, contestants) {
  const said = contestants.map(({ name, times }) => {
    const answers = times.map(({ answerMs }) => answerMs);
    const toRequire = median(times.map(({ requireMs }) => requireMs));
    return `${name} ${least(answers).toFixed(0)} / ${median(answers).toFixed(0)} ms (after ${toRequire.toFixed(0)} ms to require it)`;
  });
  return (
    `From the call that loads ${title} float32 from its file to the first answer, in fresh processes, least / median: ` +
    `${said.join(', ')}.`
  );
}

function frameNote({ frame, input, times }) {
  return (
    `Making the ${input} float32 input of a ${frame} RGB frame, bilinear, takes ${least(times).toFixed(2)} / ` +
    `${median(times).toFixed(2)} ms, least / median, on one thread.`
  );
}

function notes({ machine, rounds, runs, packages, networks, frame }) {
  const all = networks.flatMap(({ results }) => results);
  const runners = all.filter(({ unavailable }) => !unavailable);
  const missing = all.flatMap(({ name, unavailable }) => (unavailable ? [`${name}: ${unavailable}`] : []));
  const { cpu, flags, cores, system, arch, venue, date, load } = machine;
  const lines = [
    `${cpu} (${flags?.join(', ') ?? 'CPU flags unknown'}), ${cores} cores, ${system} ${arch}, ${venue}, ${date}, load ${load.toFixed(1)} before the start.`,
    `One thread each where the name does not say more, batch 1, same weights; ${rounds} rounds of up to ${runs} runs in turns. ` +
      'Under vs: how many times as fast as that peer, by least / median times.',
  ];
  if (runners.length > 0) lines.push(`All answers agree: ${agreements(runners).join('; ')}.`);
  if (runners.some(({ rss }) => rss !== undefined)) {
    const bare = Math.min(...runners.map(({ bareRss }) => bareRss));
    lines.push(
      'CPU is the processor time of a run, all threads, in the best turn. ' +
        `RSS is of the whole process, of which bare Node is ${megabytes(bare)}.`,
    );
  }
  const ours = packages.find(({ tarballBytes }) => tarballBytes);
  if (ours) {
    const addons =
      ours.prebuilds > 0
        ? `${ours.prebuilds} prebuilt addons included`
        : 'without prebuilt addons (`npm run prebuild-native` adds them)';
    lines.push(
      `Installed sizes include dependencies; mobilenet-edge's tarball is ${megabytes(ours.tarballBytes)} MB, ${addons}.`,
    );
  }
  if (runners.some(({ precision }) => precision === 'int8')) {
    lines.push(
      'int8 is the float32 network quantized, one scale a channel; its weights are spread as trained ones are, and uniform ' +
        'ones are the worst case for our x64 kernels. Under vs own float32: the same engine and instruction set.',
    );
  }
  for (const { title, limit, firstAnswer, memory } of networks) {
    if (limit) lines.push(limitNote(title, limit));
    if (firstAnswer) lines.push(firstAnswerNote(title, firstAnswer));
    if (memory) lines.push(memoryNote(title, memory));
  }
  if (frame) lines.push(frameNote(frame));
  return [...lines, ...new Set(missing)];
}

function textTable([header, ...rows]) {
  const widths = header.map((_, column) => Math.max(...[header, ...rows].map((row) => row[column].length)));
  const line = (row) =>
    row.map((cell, column) => (column ? cell.padStart(widths[column]) : cell.padEnd(widths[0]))).join('  ');
  return [line(header), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
}

function markdownTable([header, ...rows]) {
  const line = (row) => `| ${row.join(' | ')} |`;
  return [line(header), line(header.map((_, column) => (column ? '---:' : '---'))), ...rows.map(line)].join('\n');
}

/** `format`: 'text', 'markdown' or 'json'. */
export function formatReport(report, format) {
  if (format === 'json') return JSON.stringify(report, null, 2);
  const table = format === 'markdown' ? markdownTable : textTable;
  const tables = [...report.networks.flatMap(raceTables), packageTable(report.packages)].map(table);
  return [...tables, notes(report).join('\n')].join('\n\n');
}
