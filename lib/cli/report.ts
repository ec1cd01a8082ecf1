import { MobileNetEdgeError } from '../base/errors';
import { UsageError } from './arguments';
import { printable } from './render';

/** More than our errors have, with what is put around them. */
const LONGEST_LINE = 2000;

/** One line on stderr. */
export function printError(message: string): void {
  const line = message
    .split('\n')
    .map((part) => part.trim())
    .join(' ');
  process.stderr.write(`mobilenet-edge: ${printable(line, LONGEST_LINE)}\n`);
}

export function printWarnings(warnings: readonly string[]): void {
  for (const warning of warnings) printError(`warning: ${warning}`);
}

/** Says what went wrong; returns the exit code: 2 for a wrong command line, 1 for all else. */
export function reportError(error: unknown, command: string | undefined): 1 | 2 {
  const isUsage = error instanceof UsageError;
  const { message } = error as Error;
  printError(isUsage ? message : `${message} [${error instanceof MobileNetEdgeError ? error.code : 'INTERNAL'}]`);
  // The values of flags are checked by the library, which knows them only as arguments.
  if (!isUsage && !(error instanceof MobileNetEdgeError && error.code === 'INVALID_ARGUMENT')) return 1;
  process.stderr.write(`Try 'mobilenet-edge${command ? ` ${command}` : ''} --help'\n`);
  return 2;
}
