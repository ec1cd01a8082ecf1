/** Text for people: colour, tables, bars, numbers with units. */
import { printable as printableText } from '../base/errors';
import type { ModelInfo } from '../model/model';
import type { Classification } from '../model/topk';

export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  accent(text: string): string;
}

/** Colours where `stream` is a terminal; FORCE_COLOR overrides NO_COLOR, and both override that. */
export function styleFor(stream: { isTTY?: boolean }, env: NodeJS.ProcessEnv = process.env): Style {
  const force = env.FORCE_COLOR;
  const coloured =
    force !== undefined
      ? force !== '0' && force !== 'false'
      : !env.NO_COLOR && env.TERM !== 'dumb' && stream.isTTY === true;
  const sgr = (on: number, off: number) => (text: string) =>
    coloured && text ? `\x1b[${on}m${text}\x1b[${off}m` : text;
  return { bold: sgr(1, 22), dim: sgr(2, 22), accent: sgr(36, 39) };
}

/** Text from a file or a command line on one line of a terminal, with nothing in it that would steer that. */
export function printable(text: string, longest?: number): string {
  return printableText(text, longest).replace(/[\t\n]/g, '\ufffd');
}

export interface Column {
  title: string;
  align?: 'left' | 'right';
}

/** Columns two spaces apart, a dim title line, and under a rule the last row, `total`. */
export function table(columns: readonly Column[], rows: string[][], total: string[], style: Style): string {
  const titles = columns.map(({ title }) => title);
  const widths = columns.map((_, i) => Math.max(...[titles, ...rows, total].map((row) => row[i].length)));
  const line = (row: string[]): string =>
    row
      .map((cell, i) => (columns[i].align === 'right' ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
      .join('  ')
      .trimEnd();
  const rule = '─'.repeat(widths.reduce((sum, width) => sum + width + 2, -2));
  return [style.dim(line(titles)), ...rows.map(line), style.dim(rule), style.bold(line(total))].join('\n');
}

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A bar of block characters, `width` columns wide with its trailing spaces; `fraction` is 0 to 1. */
export function bar(fraction: number, width: number): string {
  const eighths = Math.round(Math.min(1, Math.max(0, fraction)) * width * 8);
  return ('█'.repeat(eighths >> 3) + EIGHTHS[eighths & 7]).padEnd(width);
}

const BAR_WIDTH = 24;

/** One class a line, names last: they align whatever width a terminal gives to their characters. */
export function classList(classes: readonly Classification[], style: Style): string {
  return classes
    .map(({ className, probability }, rank) => {
      const name = printable(className);
      const shown = probability < 0.0005 && probability > 0 ? '<0.1' : (probability * 100).toFixed(1);
      return `${shown.padStart(7)} %  ${style.accent(bar(probability, BAR_WIDTH))}  ${rank === 0 ? style.bold(name) : name}`;
    })
    .join('\n');
}

/** A quantity a line, numbers aligned at the decimal point: "Load   61.20 ms". */
export function quantityList(quantities: readonly [name: string, value: number, unit: string][], style: Style): string {
  const numbers = quantities.map(([, value]) => fixed(value, 2));
  const nameWidth = Math.max(...quantities.map(([name]) => name.length));
  const numberWidth = Math.max(...numbers.map((number) => number.length));
  return quantities
    .map(([name, , unit], i) => `${style.dim(name.padEnd(nameWidth))}  ${numbers[i].padStart(numberWidth)} ${unit}`)
    .join('\n');
}

/** "MobileNet v2 1.0/224" */
export function networkTitle({
  architecture,
  alpha,
  inputShape,
}: Pick<ModelInfo, 'architecture' | 'alpha' | 'inputShape'>) {
  const [, height, width] = inputShape;
  const size = height === width ? `${height}` : `${height}x${width}`;
  if (architecture === 'custom' || alpha === null) return `Custom network, input ${size}`;
  const width1 = Number.isInteger(alpha) ? alpha.toFixed(1) : `${alpha}`;
  return `MobileNet ${architecture.slice(-2)} ${width1}/${size}`;
}

/** "native (avx2) · float32 · load 61.2 ms"; further lines say why not native or not in integers, where that was looked for. */
export function engineLine(info: ModelInfo, times: string[], style: Style): string {
  const threads = info.threads > 1 ? [`${info.threads} threads`] : [];
  const line = [`${info.backend} (${info.isa})`, ...threads, info.precision, ...times].join(' · ');
  const reason = info.fallbackReason ? `\nNative engine not used: ${printable(info.fallbackReason)}` : '';
  const float = info.precisionReason ? `\n${floatLine(info.precisionReason)}` : '';
  return style.dim(line + reason + float);
}

/** Why a quantized network is not computed in integers. */
export function floatLine(reason: string): string {
  return `Computed in float32: ${printable(reason)}`;
}

/** "0.42 ms", "9.31 ms", "61.2 ms", "1,240 ms". */
export function milliseconds(ms: number): string {
  return `${fixed(ms, ms < 10 ? 2 : ms < 100 ? 1 : 0)} ms`;
}

function fixed(value: number, digits: number): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** 3504872 as "3.50 M". */
export function millions(count: number): string {
  return `${(count / 1e6).toFixed(count < 1e8 ? 2 : 1)} M`;
}

/** 3504872 as "3,504,872". */
export function grouped(count: number): string {
  return count.toLocaleString('en-US');
}
