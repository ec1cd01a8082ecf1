import { describe, expect, it } from 'vitest';
import { type ClassOptions, checkClassOptions, selectClasses } from '../../lib/model/class_selection';

const labels = ['cat', 'crane', 'dog', 'crane', 'eel'];
const probabilities = Float32Array.of(0.1, 0.3, 0.3, 0.25, 0.05);

function select(options: ClassOptions, names: readonly string[] | undefined = labels): number[] {
  return selectClasses(probabilities, checkClassOptions(options), names).map(({ index }) => index);
}

describe('classes are selected', () => {
  it.each<[string, ClassOptions, number[]]>([
    ['all, best first, ties by lower index', {}, [1, 2, 3, 0, 4]],
    ['the best of them', { topK: 2 }, [1, 2]],
    ['from a probability on', { scoreThreshold: 0.25 }, [1, 2, 3]],
    ['none, where none is probable enough', { scoreThreshold: 1 }, []],
    ['by name, every class of that name', { allow: ['crane'] }, [1, 3]],
    ['by index', { allow: [4, 0] }, [0, 4]],
    ['but those denied', { deny: ['crane', 4] }, [2, 0]],
    ['and deny wins over allow', { allow: ['crane', 'dog'], deny: [3] }, [1, 2]],
    ['and topK counts only those', { allow: ['cat', 'eel'], topK: 1 }, [0]],
  ])('%s', (_, options, expected) => {
    expect(select(options)).toEqual(expected);
  });

  it('by the names that classify tells where the model has no labels', () => {
    expect(selectClasses(probabilities, checkClassOptions({ allow: ['class 2'] }), undefined)[0].index).toBe(2);
  });

  it('without changing their probabilities', () => {
    const [first] = selectClasses(probabilities, checkClassOptions({ allow: ['cat'] }), labels);
    expect(first).toEqual({ className: 'cat', probability: Math.fround(0.1), index: 0 });
  });

  it('from a list that the caller may change afterwards', () => {
    const allow = ['cat'];
    const selection = checkClassOptions({ allow });
    allow[0] = 'dog';
    expect(selectClasses(probabilities, selection, labels).map(({ className }) => className)).toEqual(['cat']);
  });
});

describe('a selection is refused', () => {
  it.each<[string, unknown, RegExp]>([
    ['a negative threshold', { scoreThreshold: -0.1 }, /scoreThreshold.*-0\.1/],
    ['a threshold in per cent', { scoreThreshold: 50 }, /0 to 1.*50/],
    ['a threshold that is no number', { scoreThreshold: '0.5' }, /scoreThreshold/],
    ['NaN', { scoreThreshold: Number.NaN }, /NaN/],
    ['a name instead of a list', { allow: 'cat' }, /allow.*'cat'/],
    ['an empty list', { deny: [] }, /deny.*at least one/],
    ['a negative index', { deny: [-1] }, /deny.*-1/],
    ['half an index', { allow: [0.5] }, /allow.*0\.5/],
    ['an object', { allow: [{}] }, /allow/],
  ])('%s', (_, options, message) => {
    expect(() => checkClassOptions(options as ClassOptions)).toThrow(message);
  });

  it.each<[string, ClassOptions, RegExp]>([
    ['a name that the model lacks, with the nearest one', { allow: ['craen'] }, /'craen'.*did you mean 'crane'/],
    ['an index that the model lacks', { deny: [5] }, /below 5.*5/],
  ])('%s', (_, options, message) => {
    expect(() => select(options)).toThrow(message);
  });

  it('a name where the model has none, which says how it gets them', () => {
    const selection = checkClassOptions({ allow: ['cat'] });
    expect(() => selectClasses(probabilities, selection, undefined)).toThrow(/pass labels to load/);
  });
});
