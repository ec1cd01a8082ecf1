import { buffer } from 'node:stream/consumers';
import { MobileNetEdgeError, printableJson } from '../base/errors';
import type { Preprocess } from '../image/preprocess';
import type { ClassifyOptions } from '../model/model';
import { checkClassifyOptions } from '../model/run_options';
import type { Classification } from '../model/topk';
import { load, type Model } from '../node/load';
import { decodeImage } from '../node/pictures/decode';
import { ENGINE_OPTIONS, engineOptions, fraction, parse, UsageError, wholeNumber } from './arguments';
import { rounded } from './measure';
import { findPictures, type NamedPicture } from './pictures';
import { Progress } from './progress';
import { classList, engineLine, milliseconds, printable, styleFor } from './render';
import { printError, printWarnings } from './report';

const OPTIONS = {
  ...ENGINE_OPTIONS,
  model: { type: 'string' },
  labels: { type: 'string' },
  'labels-locale': { type: 'string' },
  top: { type: 'string' },
  threshold: { type: 'string' },
  allow: { type: 'string', multiple: true },
  deny: { type: 'string', multiple: true },
  crop: { type: 'string' },
  resize: { type: 'string' },
  range: { type: 'string' },
  json: { type: 'boolean' },
  jsonl: { type: 'boolean' },
} as const;

interface Success {
  image: string;
  classes: Classification[];
  /** From the file to pixels. */
  decodeMs: number;
  /** From pixels to classes: resizing and inference. */
  ms: number;
}

interface Failure {
  image: string;
  error: { code: string; message: string };
}

/** `mobilenet-edge classify`; a picture that fails does not keep the others from being answered. */
export async function classify(args: string[]): Promise<number> {
  const { values, positionals } = parse(args, OPTIONS, true);
  if (!values.model) throw new UsageError('Expected --model <file>');
  if (positionals.length === 0) throw new UsageError('Expected at least one image');
  if (values.json && values.jsonl) throw new UsageError('Expected --json or --jsonl but received both');
  const options: ClassifyOptions = {
    topK: wholeNumber('--top', values.top),
    scoreThreshold: fraction('--threshold', values.threshold),
    allow: values.allow,
    deny: values.deny,
  };
  // Before the model is read, which takes a while.
  checkClassifyOptions(options);
  const preprocess = {
    crop: values.crop as Preprocess['crop'] | undefined,
    resize: values.resize as Preprocess['resize'] | undefined,
    range: values.range as Preprocess['range'] | undefined,
  };
  const pictures = await findPictures(positionals, process.stdin);

  const start = performance.now();
  const model = await load(values.model, {
    ...engineOptions(values),
    labels: values.labels,
    labelsLocale: values['labels-locale'],
    preprocess,
  });
  const loadMs = performance.now() - start;
  // JSON has them in `model`.
  if (!values.json) printWarnings(model.info.warnings);
  const progress = new Progress(process.stderr, pictures.length);
  const totals = new Totals();
  const results: (Success | Failure)[] = [];
  try {
    for (const picture of pictures) {
      const result = await classifyOne(model, picture, options);
      totals.count(result);
      progress.clear();
      if ('error' in result) printError(`${result.error.message} [${result.error.code}]`);
      if (values.json) results.push(result);
      else if (values.jsonl) await print(printableJson(result));
      else if ('classes' in result) await print(`${describe(result)}\n`);
      progress.advance();
    }
    if (values.json) await print(printableJson({ results, model: { ...model.info, loadMs: rounded(loadMs) } }, 2));
    else if (!values.jsonl) await print(engineLine(model.info, totals.times(loadMs), styleFor(process.stdout)));
    return totals.failed > 0 ? 1 : 0;
  } finally {
    progress.clear();
    model.close();
  }
}

/** Resolves when the line is out of this process' hands: a slow reader holds a long list back. */
function print(line: string): Promise<void> | undefined {
  if (process.stdout.write(`${line}\n`)) return undefined;
  return new Promise((resolve) => process.stdout.once('drain', resolve));
}

async function classifyOne(model: Model, picture: NamedPicture, options: ClassifyOptions): Promise<Success | Failure> {
  const { name: image, source } = picture;
  try {
    const start = performance.now();
    const pixels = await decodeImage(typeof source === 'string' ? source : await buffer(source));
    const decoded = performance.now();
    const classes = await model.classify(pixels, options);
    return { image, classes, decodeMs: rounded(decoded - start), ms: rounded(performance.now() - decoded) };
  } catch (error) {
    if (!(error instanceof MobileNetEdgeError) || error.code === 'INVALID_ARGUMENT') throw error;
    const { code, message } = error;
    return { image, error: { code, message: message.includes(image) ? message : `${image}: ${message}` } };
  }
}

function describe({ image, classes }: Success): string {
  const style = styleFor(process.stdout);
  const list = classes.length > 0 ? classList(classes, style) : style.dim('  no class that was asked for');
  return `${style.bold(printable(image))}\n${list}`;
}

/** What the last line tells. */
class Totals {
  failed = 0;
  #done = 0;
  #decodeMs = 0;
  #ms = 0;

  count(result: Success | Failure): void {
    if ('error' in result) {
      this.failed++;
      return;
    }
    this.#done++;
    this.#decodeMs += result.decodeMs;
    this.#ms += result.ms;
  }

  times(loadMs: number): string[] {
    const load = `load ${milliseconds(loadMs)}`;
    if (this.#done === 0) return [load];
    const mean = (total: number): string => milliseconds(total / this.#done) + (this.#done > 1 ? ' each' : '');
    return [load, `decode ${mean(this.#decodeMs)}`, `inference ${mean(this.#ms)}`];
  }
}
