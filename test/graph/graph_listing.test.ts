import { expect, test } from 'vitest';
import { LINEAR, NO_PADDING, RELU6, type Tensor } from '../../lib/graph/graph';
import type { Graph, Node } from '../../lib/ops';
import { graphListing } from '../../lib/ops/graph_listing';

const float = (name: string, ...shape: number[]): Tensor => ({ name, shape, type: 'float32' });

test('a line per node has its attributes, whatever its op has', () => {
  const input: Tensor = {
    ...float('picture', 1, 8, 8, 3),
    type: 'uint8',
    quantization: { scale: [0.5], zeroPoint: [128], axis: 0 },
  };
  const features = float('features\nof a line', 1, 4, 4, 8);
  const scaled: Tensor = { ...float('scaled', 1, 4, 4, 8), type: 'float16' };
  const window = { kernel: [3, 3], stride: [2, 2], dilation: [1, 1], padding: { ...NO_PADDING, right: 1 } } as const;
  const nodes: Node[] = [
    {
      op: 'conv2d',
      name: 'stem',
      inputs: [input],
      filter: { ...float('filter', 8, 3, 3, 3), data: new Float32Array(216) },
      bias: undefined,
      window,
      clamp: RELU6,
      output: features,
    },
    {
      op: 'affine',
      name: 'norm',
      inputs: [features],
      scale: new Float64Array(8),
      shift: new Float64Array(2),
      output: scaled,
    },
    { op: 'add', name: 'sum', inputs: [scaled, features], clamp: LINEAR, output: scaled },
  ];
  const graph: Graph = { input, outputs: [scaled, features], nodes };
  expect(graphListing(graph).split('\n')).toEqual([
    '; input picture 1x8x8x3 uint8 scale=0.5 zero=128',
    'conv2d stem: picture -> features of a line 1x4x4x8 float32 filter=[8x3x3x3 float32]' +
      ' window={kernel=3x3 stride=2x2 dilation=1x1 padding={top=0 left=0 bottom=0 right=1}} clamp={min=0 max=6}',
    'affine norm: features of a line -> scaled 1x4x4x8 float16 scale=8 values shift=0x0',
    'add sum: scaled, features of a line -> scaled 1x4x4x8 float16 clamp={min=-Infinity max=Infinity}',
    '; output scaled 1x4x4x8 float16',
    '; output features of a line 1x4x4x8 float32',
  ]);
});
