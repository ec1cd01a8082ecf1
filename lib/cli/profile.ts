/** `mobilenet-edge bench --profile`: where the time of an inference goes, op by op. */
import { writeFileSync } from 'node:fs';
import type { ModelInfo } from '../model/model';
import type { OpTime } from '../model/network';
import type { Model } from '../node/load';
import { UsageError } from './arguments';
import { rounded, sampleTensor } from './measure';
import { peakRate } from './peak';
import { profileChart } from './profile_chart';
import { bar, type Column, engineLine, grouped, networkTitle, type Style, table } from './render';
import { shortNames } from './summary';

export interface ProfiledOp extends OpTime {
  /** Of the first layer, and the last if there are several, without what all names begin with. */
  name: string;
  gmacs: number;
  /** Of what the cores in use could do at best, 0 to 1. */
  share: number;
}

export interface Profile {
  /** The best rate of a core on products that stay in its own caches, times the threads. */
  limitGmacs: number;
  ms: number;
  gmacs: number;
  share: number;
  ops: ProfiledOp[];
}

/** Where `--profile` writes its chart; undefined for the table alone. Throws UsageError for any other kind of file. */
export function chartPath(flag: string): string | undefined {
  if (flag === '') return undefined;
  if (/\.(html|svg)$/i.test(flag)) return flag;
  throw new UsageError(`Expected --profile to name a .html or .svg file but received '${flag}'`);
}

/** How often the limit is measured between the runs, so that slow spells of the machine hit both alike. */
const PEAKS = 5;

/** The least time of each op in `runs` runs. */
export async function profile(model: Model, runs: number): Promise<Profile> {
  const tensor = sampleTensor(model.info);
  let best: OpTime[] | undefined;
  let peak = 0;
  for (let run = 0; run < runs; run++) {
    const times = await model.profile(tensor);
    best = best?.map((op, i) => (times[i].ms < op.ms ? times[i] : op)) ?? times;
    if (run % Math.ceil(runs / PEAKS) === 0) peak = Math.max(peak, await peakRate(model.info));
  }
  return report(best!, peak, model.info.threads);
}

function report(best: readonly OpTime[], peak: number, threads: number): Profile {
  const limitGmacs = (peak * threads) / 1e9;
  const rate = (macs: number, ms: number) => {
    const gmacs = ms > 0 ? macs / ms / 1e6 : 0;
    return { gmacs: rounded(gmacs), share: rounded(gmacs / limitGmacs) };
  };
  const names = opNames(best);
  const ops = best.map((op, i) => ({ ...op, name: names[i], ...rate(op.macs, op.ms) }));
  const ms = best.reduce((sum, op) => sum + op.ms, 0);
  const macs = best.reduce((sum, op) => sum + op.macs, 0);
  return { limitGmacs: rounded(limitGmacs), ms: rounded(ms), ...rate(macs, ms), ops };
}

function opNames(ops: readonly OpTime[]): string[] {
  const names = shortNames(ops.flatMap(({ layers }) => [layers[0], layers[layers.length - 1]]));
  return ops.map((_, i) => {
    const [first, last] = names.slice(2 * i, 2 * i + 2);
    return first === last ? first : `${first} … ${last}`;
  });
}

/** Writes the chart: an SVG, or a page around it. */
export function writeChart(path: string, info: ModelInfo, result: Profile): void {
  const svg = profileChart(info, result);
  const page =
    '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n' +
    '<meta name="viewport" content="width=device-width">\n<meta name="color-scheme" content="light dark">\n' +
    `<title>${networkTitle(info)}</title>\n` +
    '<style>body { margin: 0 } svg { display: block; width: 100%; max-width: 1100px; height: auto; margin: auto }</style>\n' +
    `${svg}</html>\n`;
  writeFileSync(path, /\.svg$/i.test(path) ? svg : page);
}

const BAR_WIDTH = 20;
const COLUMNS: Column[] = [
  { title: 'Layers' },
  { title: 'Op' },
  { title: 'Output', align: 'right' },
  { title: 'MMACs', align: 'right' },
  { title: 'ms', align: 'right' },
  { title: 'Time', align: 'right' },
  { title: 'GMAC/s', align: 'right' },
  { title: 'Limit', align: 'right' },
  { title: '' },
];

export function renderProfile(info: ModelInfo, result: Profile, runs: number, style: Style): string {
  const longest = Math.max(...result.ops.map(({ ms }) => ms));
  const percent = (fraction: number): string => `${(fraction * 100).toFixed(1)} %`;
  const rows = result.ops.map(({ name, op, shape, macs, ms, gmacs, share }) => [
    name,
    op,
    shape.join('x'),
    macs ? (macs / 1e6).toFixed(2) : '',
    ms.toFixed(3),
    percent(ms / result.ms),
    macs ? gmacs.toFixed(1) : '',
    macs ? percent(share) : '',
    style.accent(bar(ms / longest, BAR_WIDTH).trimEnd()),
  ]);
  const { ms, gmacs, share, limitGmacs } = result;
  const total = [
    'Total',
    '',
    '',
    (info.macs / 1e6).toFixed(2),
    ms.toFixed(3),
    percent(1),
    gmacs.toFixed(1),
    percent(share),
    '',
  ];
  return [
    style.bold(networkTitle(info)),
    engineLine(info, [`least times of ${grouped(runs)} runs`], style),
    style.dim(
      `Limit: ${limitGmacs.toFixed(1)} GMAC/s, the best rate of a core on products that stay in its own caches, times the threads`,
    ),
    '',
    table(COLUMNS, rows, total, style),
  ].join('\n');
}
