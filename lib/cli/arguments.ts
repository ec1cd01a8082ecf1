/** Command-line flags: which exist, and how their text becomes values. What a value may be, load() and its kin decide. */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import type { LoadOptions } from '../node/load';

/** A command line that cannot be carried out: exit code 2 and a hint. */
export class UsageError extends Error {}

type Options = NonNullable<ParseArgsConfig['options']>;

export const ENGINE_OPTIONS = {
  backend: { type: 'string' },
  isa: { type: 'string' },
  threads: { type: 'string' },
  precision: { type: 'string' },
} as const satisfies Options;

export const NETWORK_OPTIONS = {
  model: { type: 'string' },
  architecture: { type: 'string' },
  alpha: { type: 'string' },
  size: { type: 'string' },
} as const satisfies Options;

/** node:util's parseArgs; its complaints become UsageErrors of one line. */
export function parse<const T extends Options>(
  args: string[],
  options: T,
  allowPositionals = false,
): ReturnType<typeof parseArgs<{ options: T; allowPositionals: true }>> {
  try {
    return parseArgs({ args: joinNegativeValues(args, options), options, allowPositionals }) as ReturnType<
      typeof parse<T>
    >;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (!code?.startsWith('ERR_PARSE_ARGS')) throw error;
    throw new UsageError(message.split(/\.\s|\n/)[0]);
  }
}

/** parseArgs takes the value of `--range -1..1` for a flag; `--range=-1..1` it understands. */
function joinNegativeValues(args: string[], options: Options): string[] {
  const joined: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const takesValue = args[i].startsWith('--') && options[args[i].slice(2)]?.type === 'string';
    joined.push(takesValue && /^-\d/.test(args[i + 1] ?? '') ? `${args[i]}=${args[++i]}` : args[i]);
  }
  return joined;
}

/** The number that a flag's text stands for, undefined if the flag was not given. */
export function positiveNumber(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^(\d+|\d*\.\d+)$/.test(text) && Number(text) > 0) return Number(text);
  throw new UsageError(`Expected ${flag} to be a number above 0 but received '${text}'`);
}

export function wholeNumber(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text) && Number(text) > 0) return Number(text);
  throw new UsageError(`Expected ${flag} to be a whole number from 1 but received '${text}'`);
}

/** A share from 0 to 1. */
export function fraction(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^(\d+|\d*\.\d+)$/.test(text) && Number(text) <= 1) return Number(text);
  throw new UsageError(`Expected ${flag} to be a number from 0 to 1 but received '${text}'`);
}

export function engineOptions(values: { [Flag in keyof typeof ENGINE_OPTIONS]?: string }): LoadOptions {
  return {
    backend: values.backend as LoadOptions['backend'],
    isa: values.isa,
    threads: wholeNumber('--threads', values.threads),
    precision: values.precision as LoadOptions['precision'],
  };
}
