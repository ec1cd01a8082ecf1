/** Memory that a caller lends to load(): it may be transferred to another thread, or shrunk, before all of it is read. */

import { bytesOf, isBuffer } from '../base/bytes';
import { MobileNetEdgeError } from '../base/errors';
import type { Graph } from '../ops';

/**
 * What `read` resolves to. Rejects with INVALID_ARGUMENT if the arrays of `source` did not stay as long as they were, for
 * what was read of them may be nobody's numbers; `discard` gets what was made of those.
 */
export async function whileLent<Result>(
  source: unknown,
  read: () => Promise<Result>,
  discard: (result: Result) => unknown,
): Promise<Result> {
  const lent = arraysOf(source).map((array) => ({ array, byteLength: bytesOf(array).byteLength }));
  const findGone = () => lent.find(({ array, byteLength }) => bytesOf(array).byteLength < byteLength);
  let result: Result;
  try {
    result = await read();
  } catch (error) {
    const gone = (error as MobileNetEdgeError)?.code !== 'ABORTED' && findGone();
    throw gone ? notThere(gone.byteLength) : error;
  }
  const gone = findGone();
  if (!gone) return result;
  await discard(result);
  throw notThere(gone.byteLength);
}

const notThere = (byteLength: number) =>
  new MobileNetEdgeError(
    'INVALID_ARGUMENT',
    `Expected ${byteLength} bytes of the model to stay until it is loaded but they were transferred, or their buffer was shrunk: ` +
      'pass a copy, or do that after load()',
  );

/** The model's bytes, its weightData, or the constants of a Graph. */
function arraysOf(source: unknown): (ArrayBufferView | ArrayBuffer)[] {
  const isArray = (value: unknown) => ArrayBuffer.isView(value) || isBuffer(value);
  if (isArray(source)) return [source as ArrayBuffer];
  const { weightData, nodes } = Object(source) as { weightData?: unknown; nodes?: Graph['nodes'] };
  if (!Array.isArray(nodes)) return [weightData].flat().filter(isArray) as ArrayBuffer[];
  return nodes
    .flatMap((node) => Object.values(Object(node)) as { data?: unknown }[])
    .flatMap((value) => [value, value?.data])
    .filter(isArray) as ArrayBufferView[];
}
