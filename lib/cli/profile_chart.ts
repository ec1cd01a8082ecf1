/** A profile as an SVG that needs nothing else, in the reader's light or dark colours. */
import type { ModelInfo } from '../model/model';
import type { Profile, ProfiledOp } from './profile';
import { networkTitle, printable } from './render';

const WIDTH = 1100;
const MARGIN = 32;
const ROW = 22;
const TOP = 132;
/** Left edges of text, or right ones of numbers. */
const AT = { shape: 402, bars: 424, barsEnd: 848, ms: 918, rate: 992, share: 1068 };

const STYLE = `
  svg { color-scheme: light dark; font: 13px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; font-variant-numeric: tabular-nums }
  .page { fill: #fff } text { fill: #1c2024 } .soft { fill: #60646c } .grid { stroke: #e4e6ea } .stripe { fill: #f6f7f9 }
  .title { font-size: 22px; font-weight: 650 } .big { font-size: 15px } .small { font-size: 11px } .end { text-anchor: end } .middle { text-anchor: middle }
  .product { fill: #2563eb } .window { fill: #0d9488 } .block { fill: #7c3aed } .rest { fill: #8b8d98 } .lost { opacity: .28 }
  @media (prefers-color-scheme: dark) {
    .page { fill: #15171a } text { fill: #eceef0 } .soft { fill: #a0a6ae } .grid { stroke: #2c3035 } .stripe { fill: #1b1e22 }
    .product { fill: #60a5fa } .window { fill: #2dd4bf } .block { fill: #a78bfa } .rest { fill: #9aa0a8 }
    .lost { opacity: .34 }
  }`;

const KINDS = [
  { kind: 'product', title: '1x1 convolution, dense, stem' },
  { kind: 'window', title: 'depthwise' },
  { kind: 'block', title: 'fused bottleneck' },
  { kind: 'rest', title: 'other' },
] as const;

function kindOf({ op }: ProfiledOp): (typeof KINDS)[number]['kind'] {
  if (op === 'conv2d' || op === 'dense') return 'product';
  if (op === 'depthwise_conv2d') return 'window';
  return op === 'inverted_residual' ? 'block' : 'rest';
}

function escaped(text: string): string {
  return printable(text, Number.POSITIVE_INFINITY).replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function text(x: number, y: number, content: string, classes = ''): string {
  return `<text x="${x}" y="${y}"${classes && ` class="${classes}"`}>${escaped(content)}</text>`;
}

function rect(x: number, y: number, width: number, height: number, classes: string): string {
  const [left, extent] = [x, width].map((value) => Number(value.toFixed(2)));
  return `<rect x="${left}" y="${y}" width="${extent}" height="${height}" class="${classes}"/>`;
}

/** A round step that cuts `longest` into four to ten. */
function tickStep(longest: number): number {
  const power = 10 ** Math.floor(Math.log10(longest / 4));
  return [1, 2, 2.5, 5, 10].map((factor) => factor * power).findLast((step) => longest / step >= 4) ?? power;
}

function shortened(name: string): string {
  return name.length > 44 ? `${name.slice(0, 43)}…` : name;
}

function row(op: ProfiledOp, index: number, { ms: total }: Profile, scale: number): string {
  const y = TOP + index * ROW;
  const base = y + 15;
  const length = op.ms * scale;
  const least = length * Math.min(1, op.share);
  const counted = op.macs > 0;
  const share = `${(op.share * 100).toFixed(0)} %`;
  const facts = [
    `${op.layers.join(', ')} (${op.op})`,
    `${op.ms.toFixed(3)} ms, ${((100 * op.ms) / total).toFixed(1)} % of the time`,
    ...(counted
      ? [`${(op.macs / 1e6).toFixed(2)} million MACs, ${op.gmacs.toFixed(1)} GMAC/s, ${share} of the limit`]
      : []),
  ];
  return [
    `<g class="${kindOf(op)}"><title>${escaped(facts.join('; '))}</title>`,
    text(MARGIN, base, shortened(op.name)),
    text(AT.shape, base, op.shape.join('×'), 'soft end'),
    rect(AT.bars, y + 5, length, ROW - 10, 'lost'),
    rect(AT.bars, y + 5, least, ROW - 10, 'least'),
    text(AT.ms, base, op.ms.toFixed(3), 'end'),
    counted ? text(AT.rate, base, op.gmacs.toFixed(1), 'soft end') : '',
    counted ? text(AT.share, base, share, 'end') : '',
    '</g>',
  ].join('');
}

function legend(y: number): string {
  let x = MARGIN;
  const entries = KINDS.map(({ kind, title }) => {
    const entry = `<g class="${kind}">${rect(x, y - 9, 11, 11, 'least')}${text(x + 17, y, title, 'small soft')}</g>`;
    x += 34 + title.length * 6;
    return entry;
  });
  return entries.join('') + text(x, y, 'full colour: what the limit would take; pale: the rest', 'small soft');
}

export function profileChart(info: ModelInfo, profile: Profile): string {
  const { ops, ms, gmacs, share, limitGmacs } = profile;
  const longest = Math.max(...ops.map((op) => op.ms), 1e-3);
  const scale = (AT.barsEnd - AT.bars) / longest;
  const bottom = TOP + ops.length * ROW;
  const height = bottom + 40;
  const step = tickStep(longest);
  const digits = Math.max(
    0,
    Math.ceil(-Math.log10(step)) + (/[25]/.test(`${step}`) && `${step}`.includes('25') ? 1 : 0),
  );
  const ticks = Array.from({ length: Math.floor(longest / step + 1e-9) + 1 }, (_, i) => i * step).map((tick) => {
    const x = (AT.bars + tick * scale).toFixed(1);
    return (
      `<path d="M${x} ${TOP - 4}V${bottom}" class="grid"/>` +
      text(Number(x), bottom + 18, tick.toFixed(digits), 'small soft middle')
    );
  });
  const stripes = ops.flatMap((_, i) =>
    i % 2 === 0 ? [rect(MARGIN - 12, TOP + i * ROW, WIDTH - 2 * MARGIN + 24, ROW, 'stripe')] : [],
  );
  const threads = `${info.threads} thread${info.threads > 1 ? 's' : ''}`;
  const headings = [
    text(MARGIN, TOP - 12, 'Layers', 'small soft'),
    text(AT.shape, TOP - 12, 'Output', 'small soft end'),
    text(AT.bars, TOP - 12, 'Time, ms', 'small soft'),
    text(AT.ms, TOP - 12, 'ms', 'small soft end'),
    text(AT.rate, TOP - 12, 'GMAC/s', 'small soft end'),
    text(AT.share, TOP - 12, 'of limit', 'small soft end'),
  ];
  const title = networkTitle(info);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${escaped(title)}: time of each op">`,
    `<style>${STYLE}\n</style>`,
    rect(0, 0, WIDTH, height, 'page'),
    text(MARGIN, 44, title, 'title'),
    text(MARGIN, 68, `${info.backend} (${info.isa}) · ${threads} · ${info.precision}`, 'soft'),
    text(WIDTH - MARGIN, 44, `${ms.toFixed(2)} ms`, 'title end'),
    text(
      WIDTH - MARGIN,
      68,
      `${gmacs.toFixed(1)} GMAC/s, ${(share * 100).toFixed(0)} % of the limit of ${limitGmacs.toFixed(1)}`,
      'soft end',
    ),
    legend(94),
    ...headings,
    ...stripes,
    ...ticks,
    ...ops.map((op, index) => row(op, index, profile, scale)),
    '</svg>\n',
  ].join('\n');
}
