/** y = x * scale[channel] + shift[channel]: batch normalisation, rescaling and constant arithmetic. A pass folds it away. */
import { type Clamp, isLinear, LINEAR, type NodeBase, type Tensor } from '../graph/graph';
import type { Activation } from './activation';
import { baseOf, type Origin, type Rules } from './op';

export interface Affine extends NodeBase {
  op: 'affine';
  /** The operator or layer that it came from, as the file calls it. */
  source?: string;
  /** One entry per channel. */
  scale: Float64Array;
  shift: Float64Array;
}

/** `scale` and `shift` have one value per channel. A clamp that is not linear becomes an activation of its own. */
export function affine(
  origin: Origin,
  {
    input,
    source,
    scale,
    shift,
    clamp = LINEAR,
  }: Pick<Affine, 'source' | 'scale' | 'shift'> & { input: Tensor; clamp?: Clamp },
): [Affine] | [Affine, Activation] {
  const base = baseOf(origin, input.shape, [input]);
  if (isLinear(clamp)) return [{ op: 'affine', source, ...base, scale, shift }];
  const between: Tensor = { ...base.output, name: `${base.output.name}/unclamped` };
  return [
    { op: 'affine', source, ...base, output: between, scale, shift },
    { op: 'activation', ...base, name: `${base.name}/activation`, inputs: [between], clamp },
  ];
}

export const AFFINE: Rules<Affine> = {
  workPerValue: () => 1,
  isPixelwise: () => true,
  hasHalves: true,
  obstacle: () => 'computes with a constant, for which there is no integer kernel',
};
