import { MobileNetEdgeError } from '../errors';
import { decodeImage } from '../image/decode';
import type { Preprocess } from '../image/preprocess';
import { load } from '../load';
import type { Model } from '../model';
import { type Classification, checkTopK } from '../topk';
import { ENGINE_OPTIONS, engineOptions, parse, UsageError, wholeNumber } from './arguments';
import { rounded } from './measure';
import { classList, engineLine, milliseconds, printable, styleFor } from './render';
import { printError } from './report';

const OPTIONS = {
  ...ENGINE_OPTIONS,
  model: { type: 'string' },
  labels: { type: 'string' },
  top: { type: 'string' },
  crop: { type: 'string' },
  resize: { type: 'string' },
  range: { type: 'string' },
  json: { type: 'boolean' },
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
  const { values, positionals: images } = parse(args, OPTIONS, true);
  if (!values.model) throw new UsageError('Expected --model <file>');
  if (images.length === 0) throw new UsageError('Expected at least one image');
  const topK = checkTopK(wholeNumber('--top', values.top) ?? 5);
  const preprocess = {
    crop: values.crop as Preprocess['crop'] | undefined,
    resize: values.resize as Preprocess['resize'] | undefined,
    range: values.range as Preprocess['range'] | undefined,
  };

  const start = performance.now();
  const model = await load(values.model, { ...engineOptions(values), labels: values.labels, preprocess });
  const loadMs = performance.now() - start;
  try {
    const results: (Success | Failure)[] = [];
    for (const image of images) {
      const result = await classifyFile(model, image, topK);
      results.push(result);
      if ('error' in result) printError(`${result.error.message} [${result.error.code}]`);
      else if (!values.json) process.stdout.write(`${describe(result)}\n\n`);
    }
    if (values.json) {
      process.stdout.write(
        `${JSON.stringify({ results, model: { ...model.info, loadMs: rounded(loadMs) } }, null, 2)}\n`,
      );
    } else {
      process.stdout.write(`${closingLines(model, loadMs, results)}\n`);
    }
    return results.some((result) => 'error' in result) ? 1 : 0;
  } finally {
    model.close();
  }
}

async function classifyFile(model: Model, image: string, topK: number): Promise<Success | Failure> {
  try {
    const start = performance.now();
    const pixels = await decodeImage(image);
    const decoded = performance.now();
    const classes = await model.classify(pixels, { topK });
    return { image, classes, decodeMs: rounded(decoded - start), ms: rounded(performance.now() - decoded) };
  } catch (error) {
    if (!(error instanceof MobileNetEdgeError)) throw error;
    const { code, message } = error;
    return { image, error: { code, message: message.includes(image) ? message : `${image}: ${message}` } };
  }
}

function describe({ image, classes }: Success): string {
  const style = styleFor(process.stdout);
  return `${style.bold(printable(image))}\n${classList(classes, style)}`;
}

function closingLines({ info }: Model, loadMs: number, results: (Success | Failure)[]): string {
  const style = styleFor(process.stdout);
  const done = results.filter((result) => 'classes' in result);
  const mean = (total: number): string => milliseconds(total / done.length) + (done.length > 1 ? ' each' : '');
  const times = [`load ${milliseconds(loadMs)}`];
  if (done.length > 0) {
    times.push(`decode ${mean(done.reduce((sum, { decodeMs }) => sum + decodeMs, 0))}`);
    times.push(`inference ${mean(done.reduce((sum, { ms }) => sum + ms, 0))}`);
  }
  return engineLine(info, times, style);
}
