/** Steps in order, found by what they make: a step may leave from anywhere, at no cost to the others. */
import type { Tensor } from '../graph/graph';
import { type Step, stepOutput } from './steps';

export interface Link {
  readonly step: Step;
  /** Ascends along the list. */
  readonly number: number;
  before: Link | undefined;
  after: Link | undefined;
}

export class StepList {
  readonly #makers = new Map<Tensor, Link>();
  #count = 0;
  #last: Link | undefined;

  get last(): Link | undefined {
    return this.#last;
  }

  makerOf(tensor: Tensor): Link | undefined {
    return this.#makers.get(tensor);
  }

  push(step: Step): void {
    const link: Link = { step, number: this.#count++, before: this.#last, after: undefined };
    if (this.#last) this.#last.after = link;
    this.#last = link;
    this.#makers.set(stepOutput(step), link);
  }

  remove(link: Link): Step {
    const { step, before, after } = link;
    if (before) before.after = after;
    if (after) after.before = before;
    else this.#last = before;
    this.#makers.delete(stepOutput(step));
    return step;
  }

  toArray(): Step[] {
    const steps: Step[] = [];
    for (let link = this.#last; link; link = link.before) steps.push(link.step);
    return steps.reverse();
  }
}
