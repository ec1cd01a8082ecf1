/** Blocks of packed weights by what is in them: layers that share a filter and a bias share one. Not for integers, whose scales differ. */

import type { Tensor, TensorData } from '../graph/graph';
import type { Packer } from '../ops/packer';
import type { PanelGeometry } from '../program/program';

/** What is known of a filter with a bias. A filter of another shape is another one. */
export class SharedBlocks<Value> {
  readonly #known = new Map<TensorData, Map<TensorData | undefined, { shape: string; value: Value }>>();

  get(filter: Tensor, bias: Tensor | undefined): Value | undefined {
    const found = this.#known.get(filter.data!)?.get(bias?.data);
    return found?.shape === filter.shape.join() ? found.value : undefined;
  }

  set(filter: Tensor, bias: Tensor | undefined, value: Value): void {
    const biases = this.#known.get(filter.data!) ?? new Map();
    this.#known.set(filter.data!, biases.set(bias?.data, { shape: filter.shape.join(), value }));
  }
}

/** `packer`, with floating-point weights packed once however many layers share them. */
export function sharing<Weights>(packer: Packer<Weights>): Packer<Weights> {
  const panels = new SharedBlocks<number>();
  const groups = new SharedBlocks<number>();
  const once = (blocks: SharedBlocks<number>, filter: Tensor, bias: Tensor | undefined, pack: () => number): number => {
    const known = blocks.get(filter, bias);
    if (known !== undefined) return known;
    const offset = pack();
    blocks.set(filter, bias, offset);
    return offset;
  };
  return {
    panels: (filter, bias, k, geometry: PanelGeometry) =>
      once(panels, filter, bias, () => packer.panels(filter, bias, k, geometry)),
    depthwise: (filter, bias, geometry) => once(groups, filter, bias, () => packer.depthwise(filter, bias, geometry)),
    q8Panels: (node, k, geometry) => packer.q8Panels(node, k, geometry),
    q8Depthwise: (node, geometry) => packer.q8Depthwise(node, geometry),
    add: (table) => packer.add(table),
    finish: () => packer.finish(),
  };
}
