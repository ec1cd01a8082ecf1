/** Which of a JPEG's coefficients its scans bring, and to which bit (ITU-T T.81, annex G). */
import type { Frame } from './jpeg_header';

const COEFFICIENTS = 64;
const NEVER = 255;

export class ScanLedger {
  count = 0;
  /** For each component, to which bit each coefficient is known: 0 all of it. */
  readonly #bits = new Map<number, Uint8Array>();
  #firstHasAll = false;
  #lastRefines = false;

  /** `segment`: SOS after its length. What is malformed in it the decoder refuses. */
  add({ components, progressive }: Frame, segment: Uint8Array): void {
    const scanned = segment[0] ?? 0;
    const [first, last, approximation] = segment.subarray(1 + 2 * scanned);
    if (this.count++ === 0) {
      for (const id of components) this.#bits.set(id, new Uint8Array(COEFFICIENTS).fill(NEVER));
      this.#firstHasAll = !progressive && scanned === components.length;
    }
    this.#lastRefines = progressive && approximation >> 4 > 0;
    for (let i = 0; i < scanned; i++) {
      const bits = this.#bits.get(segment[1 + 2 * i]);
      if (progressive) bits?.fill(approximation & 15, first, last + 1);
      else bits?.fill(0);
    }
  }

  /** Whether one scan is the whole picture, so that nothing after it is read. */
  get isSingle(): boolean {
    return this.#firstHasAll;
  }

  /** Whether the scans that have begun bring every bit of every coefficient. */
  get isComplete(): boolean {
    return [...this.#bits.values()].every((bits) => bits.every((bit) => bit === 0));
  }

  /** Whether what is missing of the last scan is the last bit of some coefficients. */
  get lastRefines(): boolean {
    return this.#lastRefines;
  }
}
