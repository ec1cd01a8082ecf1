/** Memory whose size a file decides. */
import { MobileNetEdgeError } from './errors';

/** What `make` returns, which takes `bytes`. Throws OUT_OF_MEMORY where there is not so much. */
export function allocate<Result>(bytes: number, make: () => Result): Result {
  try {
    return make();
  } catch (cause) {
    // Of another realm too.
    if ((cause as Error | undefined)?.name !== 'RangeError') throw cause;
    throw new MobileNetEdgeError(
      'OUT_OF_MEMORY',
      `Could not allocate ${bytes} bytes for the model: use a smaller model or close others`,
      { cause },
    );
  }
}
