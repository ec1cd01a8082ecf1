/** Packs into plain bytes: the engine's own packer where it has none, and the judge of those that have. */
import type { Tensor } from '../graph/graph';
import type { Conv2D, Dense, DepthwiseConv2D } from '../ops';
import type { Packer, Q8Packed, Q8PackedPanels, WeightSizes } from '../ops/packer';
import type { PanelGeometry, Q8Geometry } from '../program/program';
import { packDepthwise, packPanels, WeightBlob } from './pack';
import { packQ8Depthwise, packQ8Panels } from './pack_q8';

export class BytesPacker implements Packer<Uint8Array> {
  readonly #blob: WeightBlob;

  constructor({ limitBytes }: WeightSizes) {
    this.#blob = new WeightBlob(limitBytes);
  }

  panels(filter: Tensor, bias: Tensor | undefined, k: number, geometry: PanelGeometry): number {
    return packPanels(this.#blob, filter, bias, k, geometry);
  }

  depthwise(filter: Tensor, bias: Tensor | undefined, geometry: PanelGeometry): number {
    return packDepthwise(this.#blob, filter, bias, geometry);
  }

  q8Panels(node: Conv2D | Dense, k: number, geometry: Q8Geometry): Q8PackedPanels {
    return packQ8Panels(this.#blob, node, k, geometry);
  }

  q8Depthwise(node: DepthwiseConv2D, geometry: Q8Geometry): Q8Packed {
    return packQ8Depthwise(this.#blob, node, geometry);
  }

  add(table: Float32Array | Int16Array): number {
    return this.#blob.add(table);
  }

  finish(): Uint8Array {
    return this.#blob.toBytes();
  }
}
