/** Results as a table for people, for the README or as data. */
import { availableParallelism, cpus, loadavg, platform, release } from 'node:os';
import { RIVALS } from './contestants/index.mjs';

export function describeMachine() {
  return {
    cpu: cpus()[0]?.model.trim() ?? process.arch,
    cores: availableParallelism(),
    arch: process.arch,
    system: `${platform()} ${release()}`,
    node: process.version,
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
 * A race's results with minMs and medianMs of all runs, cpuMs of the best turn and, against each rival that ran,
 * { min, median }: how many times as fast.
 */
export function summarize(results) {
  const timed = results.map(({ times, cpuTimes, ...rest }) =>
    times ? { ...rest, minMs: least(times), medianMs: median(times), cpuMs: least(cpuTimes) } : rest,
  );
  const rivals = timed.filter(({ name, minMs }) => RIVALS.includes(name) && minMs);
  return timed.map((result) => {
    if (result.unavailable) return result;
    const ratio = (rival) => ({ min: rival.minMs / result.minMs, median: rival.medianMs / result.medianMs });
    return { ...result, timesAsFastAs: Object.fromEntries(rivals.map((rival) => [rival.name, ratio(rival)])) };
  });
}

const megabytes = (bytes) => (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);

function raceTable({ title, results }) {
  const rivals = RIVALS.filter((name) => results.some((result) => result.name === name && !result.unavailable));
  const header = [title, 'min ms', 'median ms', 'CPU ms', ...rivals.map((name) => `vs ${name}`), 'RSS MB'];
  const rows = results.map(({ name, unavailable, minMs, medianMs, cpuMs, timesAsFastAs, rss }) => {
    if (unavailable) return [name, 'not available here', ...header.slice(2).map(() => '')];
    const ratios = rivals.map((rival) => {
      const { min, median: middle } = timesAsFastAs[rival];
      return rival === name ? '1' : `${min.toFixed(2)} / ${middle.toFixed(2)}`;
    });
    return [name, minMs.toFixed(2), medianMs.toFixed(2), cpuMs.toFixed(2), ...ratios, megabytes(rss)];
  });
  return [header, ...rows];
}

function packageTable(packages) {
  const rows = packages.map(({ name, version, installedBytes }) => [name, version, megabytes(installedBytes)]);
  return [['package', 'version', 'installed MB'], ...rows];
}

function notes({ machine, rounds, runs, packages, networks }) {
  const all = networks.flatMap(({ results }) => results);
  const runners = all.filter(({ unavailable }) => !unavailable);
  const missing = all.flatMap(({ name, unavailable }) => (unavailable ? [`${name}: ${unavailable}`] : []));
  const { cpu, cores, system, arch, node, date, load } = machine;
  const lines = [
    `${cpu}, ${cores} cores, ${system} ${arch}, Node ${node}, ${date}, load ${load.toFixed(1)} before the start.`,
    `One thread each, batch 1, same weights; ${rounds} rounds of up to ${runs} runs in turns. CPU is the processor time of a run, ` +
      'all threads, in the best turn. Under vs: how many times as fast as that peer, by least / median times.',
  ];
  if (runners.length > 0) {
    const worst = Math.max(...runners.map(({ difference }) => difference));
    const bare = Math.min(...runners.map(({ bareRss }) => bareRss));
    lines.push(
      `All answers agree: the greatest difference of a probability is ${worst.toExponential(1)}. ` +
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
  const tables = [...report.networks.map(raceTable), packageTable(report.packages)].map(table);
  return [...tables, notes(report).join('\n')].join('\n\n');
}
