/** The pictures that a command line names: files, folders, patterns, and `-` for stdin. */
import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { extname, join, posix, sep } from 'node:path';
import picomatch from 'picomatch';
import { UsageError } from './arguments';

/** What a picture is called, and where its bytes are. */
export interface NamedPicture {
  name: string;
  source: string | NodeJS.ReadableStream;
}

/** What is taken from folders and patterns; a file that is named itself is read whatever its name is. */
const EXTENSIONS = new Set(
  ['jpg', 'jpeg', 'jpe', 'jfif', 'png', 'bmp', 'dib', 'webp', 'avif', 'gif', 'tif', 'tiff'].map((name) => `.${name}`),
);

/**
 * The pictures in the order of the arguments; those of a folder (with its subfolders) or pattern in the order of their
 * names. Hidden files and folders are passed over. Throws UsageError where a folder or pattern has no picture.
 */
export async function findPictures(args: readonly string[], stdin: NodeJS.ReadableStream): Promise<NamedPicture[]> {
  if (args.filter((arg) => arg === '-').length > 1) throw new UsageError('Expected `-` (stdin) at most once');
  const found: NamedPicture[] = [];
  for (const arg of args) {
    if (arg === '-') found.push({ name: '-', source: stdin });
    else for (const path of await pathsOf(arg)) found.push({ name: path, source: path });
  }
  return found;
}

async function pathsOf(arg: string): Promise<string[]> {
  const info = await stat(arg).catch(() => undefined);
  if (info?.isDirectory()) return atLeastOne(await picturesBelow(arg), `the folder ${arg}`);
  // A file may have any name, also one that reads as a pattern; a URL is no pattern.
  if (info || /^\w\w+:/.test(arg) || !picomatch.scan(slashed(arg)).isGlob) return [arg];
  const { base, glob } = picomatch.scan(slashed(arg));
  const matches = picomatch(glob);
  const below = existsSync(base || '.') ? await picturesBelow(base || '.') : [];
  return atLeastOne(
    below.filter((path) => matches(base ? posix.relative(base, slashed(path)) : slashed(path))),
    `the pattern ${arg}`,
  );
}

function atLeastOne(paths: string[], where: string): string[] {
  if (paths.length > 0) return paths;
  throw new UsageError(`Expected pictures (${[...EXTENSIONS].join(' ')}) in ${where} but found none`);
}

async function picturesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: Error) => {
    throw new UsageError(`Expected a folder that can be read but received ${folder} (${cause.message})`);
  });
  const paths: string[] = [];
  for (const entry of entries.sort((a, b) => collator.compare(a.name, b.name))) {
    if (entry.name.startsWith('.')) continue;
    const path = join(folder, entry.name);
    // Links to files are followed; links to folders could lead in circles.
    if (entry.isDirectory()) paths.push(...(await picturesBelow(path)));
    else if (EXTENSIONS.has(extname(entry.name).toLowerCase())) paths.push(path);
  }
  return paths;
}

/** frame2 before frame10. */
const collator = new Intl.Collator('en', { numeric: true });

const slashed = (path: string): string => (sep === '/' ? path : path.replaceAll(sep, '/'));
