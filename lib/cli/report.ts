import { MobileNetEdgeError } from '../errors';
import { UsageError } from './arguments';
import { printable } from './render';

/** One line on stderr. */
export function printError(message: string): void {
  process.stderr.write(`mobilenet-edge: ${printable(message.replace(/\s*\n\s*/g, ' '))}\n`);
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
