/** What a float32 network would take if all its multiply-accumulates were done as fast as one core can. */
import { ContestantProcess } from './contestant_process.mjs';

export class FmaLimit {
  process = new ContestantProcess('FMA limit');
  /** The contestant that is measured against the limit. */
  name;
  /** In milliseconds, one a round. */
  times = [];
  #isa;
  #macs;

  /** For the first of our own native contestants in float32; undefined if there is none. */
  static of(contestants, models) {
    const first = contestants.find(({ options, precision }) => options.backend === 'native' && precision === 'float32');
    return first && new FmaLimit(first, models.float32.macs);
  }

  constructor({ name, options }, macs) {
    this.name = name;
    this.#isa = options.isa;
    this.#macs = macs;
  }

  async measure() {
    const { rate } = await this.process.ask('peak', { isa: this.#isa });
    this.times.push((this.#macs / rate) * 1000);
  }
}
