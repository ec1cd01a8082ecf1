/** One line on a terminal that tells how far a long list is, and goes when it is done. */
import { environmentVariable } from '../node/environment';
import { bar, styleFor } from './render';

const BAR_WIDTH = 32;
const CLEAR_LINE = '\r\x1b[2K';

export class Progress {
  readonly #stream: NodeJS.WriteStream;
  readonly #total: number;
  readonly #shown: boolean;
  #done = 0;

  /** Shown where `stream` is a terminal and there is more than one thing to wait for. */
  constructor(stream: NodeJS.WriteStream, total: number) {
    this.#stream = stream;
    this.#total = total;
    this.#shown = stream.isTTY === true && total > 1 && environmentVariable('TERM') !== 'dumb';
    this.#draw();
  }

  advance(): void {
    this.#done++;
    this.#draw();
  }

  /** Takes the line away, so that other lines can be written; the next advance() shows it again. */
  clear(): void {
    if (this.#shown) this.#stream.write(CLEAR_LINE);
  }

  #draw(): void {
    if (!this.#shown || this.#done === this.#total) return;
    const style = styleFor(this.#stream);
    const fraction = this.#done / this.#total;
    this.#stream.write(`${CLEAR_LINE}${style.accent(bar(fraction, BAR_WIDTH))} ${this.#done} of ${this.#total}`);
  }
}
