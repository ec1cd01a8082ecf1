/** The weights manifest of a model.json, and the files that it names. */
import { concatenate } from '../../base/bytes';
import { excerpt } from '../../base/expect';
import { modelInvalid, otherFile } from '../shared/failures';
import { checkIsBeside, type FilesBeside, type ReaderOptions } from '../shared/files_beside';
import { arrayOf, objectOf, stringOf } from '../shared/json_value';
import { HEAD_LENGTH, knownFile } from '../shared/known_files';
import { parseWeightSpecs, storedBytes, type WeightSpec } from './weights';

/** What opening a file costs, in small parts. */
const FILE_PARTS = 64;

/** Weight files that make one run of bytes, and the weights that it holds. */
export interface WeightGroup {
  paths: string[];
  specs: WeightSpec[];
}

/** Throws MODEL_INVALID or MODEL_UNSUPPORTED. */
export function parseManifest(value: unknown, name: string): WeightGroup[] {
  return arrayOf(value, `${name}: weightsManifest`).map((entry, i) => {
    const where = `${name}: weightsManifest[${i}]`;
    const { paths, weights } = objectOf(entry, where);
    const specs = parseWeightSpecs(weights, `${where}.weights`);
    return { paths: arrayOf(paths ?? [], `${where}.paths`).map((path) => stringOf(path, `${where}.paths`)), specs };
  });
}

/** All weights, end to end, from the files that the manifest in `json` names. */
export async function readWeightFiles(
  json: string,
  groups: readonly WeightGroup[],
  beside: FilesBeside,
  options: ReaderOptions,
): Promise<Uint8Array> {
  const total = groups.reduce((sum, { specs }) => sum + storedBytes(specs), 0);
  const pieces: Uint8Array[] = [];
  let done = 0;
  for (const { paths, specs } of groups) {
    const groupEnd = done + storedBytes(specs);
    let last: { path: string; piece: Uint8Array } | undefined;
    for (const path of paths) {
      checkIsBeside(json, path, 'weight files');
      options.budget.spendParts(FILE_PARTS, 'files');
      const piece = await beside.read(path, {
        signal: options.signal,
        onBytes: (read) => options.onProgress?.(Math.min(1, (done + read) / Math.max(total, 1))),
        // One byte too many tells; a few more tell what stands there instead.
        limit: Math.max(groupEnd - done + 1, HEAD_LENGTH),
      });
      pieces.push(piece);
      last = { path, piece };
      done += piece.length;
      if (done > groupEnd) break;
    }
    if (done !== groupEnd) {
      const known = last && knownFile(last.piece);
      if (last && known?.kind === 'other') throw otherFile(last.path, known);
      const received = done > groupEnd ? 'more' : `${storedBytes(specs) - (groupEnd - done)}`;
      throw modelInvalid(
        `Expected ${storedBytes(specs)} bytes of weights in ${excerpt(paths.slice(0, 8).join(', '), 400)} but received ${received}`,
      );
    }
  }
  return concatenate(pieces);
}
