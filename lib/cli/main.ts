#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from './arguments';
import { bench } from './bench';
import { classify } from './classify';
import { helpText } from './help';
import { inspect } from './inspect';
import { printError, reportError } from './report';
import { summary } from './summary';

/** A command takes the arguments after its name and returns the exit code. */
const COMMANDS = new Map<string | undefined, (args: string[]) => Promise<number>>([
  ['classify', classify],
  ['summary', summary],
  ['bench', bench],
  ['inspect', inspect],
]);

async function run([name, ...args]: string[]): Promise<number> {
  const command = COMMANDS.get(name);
  const flags = args.slice(0, args.includes('--') ? args.indexOf('--') : undefined);
  if (name === '--help' || name === '-h' || (command && (flags.includes('--help') || flags.includes('-h')))) {
    process.stdout.write(`${helpText(name)}\n`);
    return 0;
  }
  if (name === '--version') {
    const { version } = JSON.parse(readFileSync(join(__dirname, '..', '..', 'package.json'), 'utf8'));
    process.stdout.write(`${version}\n`);
    return 0;
  }
  if (!command) {
    const names = [...COMMANDS.keys()].join(', ');
    throw new UsageError(`Expected a command (${names}) but received ${name === undefined ? 'none' : `'${name}'`}`);
  }
  return command(args);
}

// A reader that has seen enough, as in `mobilenet-edge summary ... | head`, is no failure.
process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
  if (code !== 'EPIPE') printError(`Cannot write the output: ${message}`);
  process.exit(code === 'EPIPE' ? undefined : 1);
});
process.stderr.on('error', () => {});

const args = process.argv.slice(2);
run(args).then(
  (exitCode) => {
    process.exitCode = exitCode;
  },
  (error: unknown) => {
    process.exitCode = reportError(error, COMMANDS.has(args[0]) ? args[0] : undefined);
  },
);
