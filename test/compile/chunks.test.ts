/** How much work one chunk may be, counted in the compiled records: a run can be ended between two chunks only. */
import { describe, expect, test } from 'vitest';
import { mobilenetV1 } from '../../lib/architectures/mobilenet_v1';
import { mobilenetV2 } from '../../lib/architectures/mobilenet_v2';
import { Budget } from '../../lib/base/budget';
import { finish } from '../../lib/base/phase';
import { compiling } from '../../lib/compile/compile';
import { WASM_GEOMETRY } from '../../lib/engines/wasm_geometry';
import { LINEAR, NO_PADDING, type Tensor, windowExtent } from '../../lib/graph/graph';
import type { Graph, Node } from '../../lib/ops';
import type { Packer } from '../../lib/ops/packer';
import { MOST_WORK } from '../../lib/ops/work';
import { simplify } from '../../lib/passes/simplify';
import type { Program } from '../../lib/program/program';
import { HEADER, SCHEMA } from '../../lib/program/schema';

interface Record {
  name: string;
  chunks: number;
  fields: { [field: string]: number };
  parts: Record[];
}

const names = Object.keys(SCHEMA) as (keyof typeof SCHEMA)[];

function records(ops: Int32Array): Record[] {
  const found: Record[] = [];
  for (let at = 0; at < ops.length; at += ops[at + 1]) {
    const name = names.find((each) => SCHEMA[each].opcode === ops[at])!;
    const fields = Object.keys(SCHEMA[name].fields);
    const first = at + Object.keys(HEADER).length;
    found.push({
      name,
      chunks: ops[at + 2],
      fields: Object.fromEntries(fields.map((field, i) => [field, ops[first + i]])),
      parts: records(ops.subarray(first + fields.length, at + ops[at + 1])),
    });
  }
  return found;
}

/** The element operations of a chunk of this record, the largest one, as its loops count them. */
function chunkWork({ name, fields: f, parts }: Record): number {
  const window = f.kernel_height * f.kernel_width;
  const outputs = f.rows_per_chunk * f.columns_per_chunk;
  switch (name.replace(/^(q8|f16)_/, '')) {
    case 'conv':
      return outputs * f.n * window * f.input_channels;
    case 'depthwise':
      return outputs * f.channels * window;
    case 'pool':
      return outputs * f.channels_per_chunk * window;
    case 'mean':
      return f.pixels * f.channels_per_chunk;
    case 'pointwise':
      return f.m_block * f.n_block * f.k;
    case 'softmax':
    case 'sigmoid':
      // An exponential.
      return f.pixels_per_chunk * f.channels * 16;
    case 'inverted_residual': {
      const [expand, depthwise, project] = parts.map((part) => part.fields);
      const { input_width, output_width, channels, kernel_height, kernel_width, stride_height, dilation_height } =
        depthwise;
      const read = (f.rows_per_chunk - 1) * stride_height + (kernel_height - 1) * dilation_height + 1;
      const k = expand.k ?? expand.kernel_height * expand.kernel_width * expand.input_channels;
      const made = f.rows_per_chunk * output_width;
      return (
        read * input_width * k * expand.n +
        made * channels * kernel_height * kernel_width +
        made * project.k * project.n
      );
    }
    default:
      return f.pixels_per_chunk * f.channels;
  }
}

/** What all chunks together must cover. */
function pieces({ name, fields: f, parts }: Record): number {
  const across = (total: number, size: number): number => Math.ceil(total / size);
  switch (name.replace(/^(q8|f16)_/, '')) {
    case 'conv':
    case 'depthwise':
      return across(f.output_height, f.rows_per_chunk) * across(f.output_width, f.columns_per_chunk);
    case 'pool':
      return (
        across(f.output_height, f.rows_per_chunk) *
        across(f.output_width, f.columns_per_chunk) *
        across(f.channels, f.channels_per_chunk)
      );
    case 'mean':
      return across(f.channels, f.channels_per_chunk);
    case 'pointwise':
      return across(f.m, f.m_block) * across(f.n, f.n_block);
    case 'inverted_residual':
      return across(parts[1].fields.output_height, f.rows_per_chunk);
    default:
      return across(f.pixels, f.pixels_per_chunk);
  }
}

const QUANTIZED = { type: 'int8', quantization: { scale: [0.5], zeroPoint: [3], axis: 0 } } as const;

/** Chains nodes that each make one tensor of the one before; a shape may be large, for nothing here has memory. */
class Network {
  readonly graph: Graph;
  #last: Tensor;

  constructor(
    shape: number[],
    private readonly quantized = false,
  ) {
    const input = this.#tensor(shape);
    this.graph = { input, outputs: [input], nodes: [] };
    this.#last = input;
  }

  #tensor(shape: number[]): Tensor {
    return { name: `t${shape}`, shape, type: 'float32', ...(this.quantized ? QUANTIZED : {}) };
  }

  /** Of no data: nothing here is packed. */
  #constant(shape: number[]): Tensor {
    return this.#tensor(shape);
  }

  #add(node: object, shape: number[]): this {
    const output = this.#tensor(shape);
    this.graph.nodes.push({ name: 'n', inputs: [this.#last], output, clamp: LINEAR, ...node } as unknown as Node);
    this.#last = output;
    this.graph.outputs = [output];
    return this;
  }

  #windowed(node: object, kernel: [number, number], stride: number, channels: number): this {
    const [, height, width] = this.#last.shape;
    const window = { kernel, stride: [stride, stride], dilation: [1, 1], padding: NO_PADDING };
    const extents = [windowExtent(height, kernel[0], stride, 1, 0), windowExtent(width, kernel[1], stride, 1, 0)];
    return this.#add({ ...node, window }, [1, ...extents, channels]);
  }

  pool(kernel: [number, number], source: 'pool' | 'mean' = 'pool'): this {
    return this.#windowed({ op: 'pool', kind: 'average', source }, kernel, 1, this.#last.shape[3]);
  }
  conv(kernel: [number, number], outputs: number): this {
    const filter = this.#constant([outputs, ...kernel, this.#last.shape[3]]);
    return this.#windowed({ op: 'conv2d', filter }, kernel, 1, outputs);
  }
  depthwise(kernel: [number, number]): this {
    const channels = this.#last.shape[3];
    return this.#windowed(
      { op: 'depthwise_conv2d', filter: this.#constant([1, ...kernel, channels]) },
      kernel,
      1,
      channels,
    );
  }
  elementwise(op: 'softmax' | 'sigmoid' | 'add' | 'requantize'): this {
    const inputs = op === 'add' ? { inputs: [this.#last, this.#last] } : {};
    return this.#add({ op, beta: 1, ...inputs }, [...this.#last.shape]);
  }
}

/** Weights that take no memory. */
const NO_PACKER: Packer<Uint8Array> = {
  panels: () => 0,
  depthwise: () => 0,
  q8Panels: () => ({ weights: 0, chain: 0, extras: 0, small_sums: 0 }),
  q8Depthwise: () => ({ weights: 0, small_sums: 0 }),
  add: () => 0,
  finish: () => new Uint8Array(0),
};

function program(graph: Graph, threads = 1, fusion: 'auto' | 'always' = 'auto'): Program {
  const all = Number.MAX_SAFE_INTEGER;
  const budget = new Budget({ bytes: all, operators: all, macs: all, pixels: all });
  return finish(compiling(() => NO_PACKER, graph, WASM_GEOMETRY, budget, { threads, fusion }));
}

function expectBounded({ ops }: Program): Record[] {
  const all = records(ops);
  for (const record of all) {
    expect(record.chunks, record.name).toBe(pieces(record));
    expect(chunkWork(record), `${record.name} ${JSON.stringify(record.fields)}`).toBeLessThanOrEqual(MOST_WORK);
  }
  return all;
}

describe.each([false, true])('a chunk is bounded work whatever the model says (quantized: %s)', (quantized) => {
  const network = (...shape: number[]): Network => new Network([1, ...shape], quantized);

  test.each<[string, () => Network]>([
    ['a pool of a huge window', () => network(2048, 2048, 1).pool([1024, 1024])],
    ['a pool of a huge window over many channels', () => network(1024, 1024, 400).pool([1024, 1024])],
    ['a mean of a huge map', () => network(1024, 1024, 400).pool([1024, 1024], 'mean')],
    ['a convolution of a wide picture', () => network(4, 2 ** 14, 16).conv([3, 64], 256)],
    ['a convolution of a huge window', () => network(300, 300, 8).conv([160, 160], 16)],
    ['a depthwise convolution of a huge window', () => network(200, 2 ** 14, 16).depthwise([120, 1000])],
    ['a product of long rows and many columns', () => network(256, 256, 2048).conv([1, 1], 2048)],
    ['a softmax of many pixels', () => network(4096, 4096, 8).elementwise('softmax')],
    ['a sigmoid of many pixels', () => network(4096, 4096, 8).elementwise('sigmoid')],
    ['an addition of many values', () => network(4000, 3900, 9).elementwise('add')],
    [
      'a bottleneck of a wide picture',
      () => network(512, 4096, 16).conv([1, 1], 96).depthwise([3, 3]).conv([1, 1], 24),
    ],
    [
      'a bottleneck whose rows are too much to be fused',
      () => network(64, 4096, 64).conv([1, 1], 512).depthwise([3, 3]).conv([1, 1], 64),
    ],
  ])('%s', (_, make) => {
    const { graph } = make();
    const alone = expectBounded(program(graph, 1, 'always'));
    expect(alone.some(({ chunks }) => chunks > 1)).toBe(true);
    expectBounded(program(graph, 3, 'always'));
  });

  test('but for what cannot be smaller: a pixel that reads each weight once, and a tile of long rows', () => {
    const [conv] = records(program(network(400, 400, 64).conv([400, 400], 16).graph).ops);
    expect(chunkWork(conv)).toBe(400 * 400 * 64 * 16);
    expect(conv.chunks).toBe(1);
    const [product] = records(program(network(1, 64, 2 ** 22).conv([1, 1], 8).graph).ops);
    expect(product.fields).toMatchObject({ m_block: 4, n_block: 8 });
    expect(product.chunks).toBe(16);
  });

  test('and a vector of more channels than that is refused', () => {
    expect(() => program(network(1, 1, 2 ** 22 + 1).elementwise('softmax').graph)).toThrow(
      expect.objectContaining({ code: 'MODEL_UNSUPPORTED' }),
    );
  });
});

test('networks of the papers are cut for threads only', () => {
  for (const threads of [1, 2, 4]) {
    for (const graph of [mobilenetV1(), mobilenetV2(), mobilenetV2({ alpha: 1.4 })]) {
      const all = expectBounded(program(simplify(graph), threads));
      for (const { name, chunks, fields } of all) {
        if ('columns_per_chunk' in fields) expect(fields.columns_per_chunk, name).toBe(fields.output_width);
        if ('channels_per_chunk' in fields) expect(fields.channels_per_chunk, name).toBe(fields.channels);
        if (name === 'inverted_residual') expect(chunks, name).toBe(threads);
      }
    }
  }
});
