/**
 * Collects nodes that readers and architectures make (`conv2d`, `pool`, ... of index.ts). What shape a node's output has is
 * inferred there; a reader says what its file calls things and, where the file states a shape, checks that it is this one.
 */
import type { Budget } from '../base/budget';
import type { Node } from './index';

type Last<Nodes> = Nodes extends readonly [...unknown[], infer Node] ? Node : never;

export class GraphBuilder {
  /** In an order in which every input is made before it is used. */
  readonly nodes: Node[] = [];
  readonly #budget: Budget | undefined;

  constructor(budget?: Budget) {
    this.#budget = budget;
  }

  /** Returns the last node. */
  push<Nodes extends readonly Node[]>(...nodes: Nodes): Last<Nodes> {
    for (const node of nodes) {
      this.#budget?.spendOperators();
      this.nodes.push(node);
    }
    return nodes[nodes.length - 1] as Last<Nodes>;
  }
}
