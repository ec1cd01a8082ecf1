import { expect, it, describe as suite } from 'vitest';
import { MobileNetEdgeError, printable } from '../../lib/base/errors';
import { checkOptionKeys, describe, invalidArgument, nearest } from '../../lib/base/expect';

suite('messages', () => {
  it('are at most 1,000 characters long, whatever they quote', () => {
    for (const length of [999, 1000, 1001, 1_000_000]) {
      const { message } = new MobileNetEdgeError('INTERNAL', 'a'.repeat(length));
      expect(message).toHaveLength(Math.min(length, 1000));
      expect(message.endsWith('...')).toBe(length > 1000);
    }
  });

  it('hold nothing that a terminal obeys and no half of a character', () => {
    const { message } = new MobileNetEdgeError('INTERNAL', 'a\u001b[2Jb\u009bc\u202ed\u2066e\rf\tg\nh\ud83d\u2028\0');
    expect(message).toBe('a\uFFFD[2Jb\uFFFDc\uFFFDd\uFFFDe\uFFFDf\tg\nh\uFFFD\uFFFD\uFFFD');
    expect(printable('日本 😀 é')).toBe('日本 😀 é');
  });

  it.each([
    [undefined, 'undefined'],
    [null, 'null'],
    ['a', "'a'"],
    ['a'.repeat(100), `'${'a'.repeat(80)}... (100 characters)'`],
    [12n, '12'],
    [Symbol('x'), 'Symbol(x)'],
    [() => 1, 'a function'],
    [[], 'an empty array'],
    [[1, 'a', [2], {}], "[1, 'a', an array of 1, an object with the keys []]"],
    [new Uint8Array(3), 'Uint8Array of 3 bytes'],
    [new Map(), 'Map'],
    [{ a: 1, b: 2 }, 'an object with the keys [a, b]'],
    [Object.create(null), 'an object with the keys []'],
  ])('describe %s', (value, description) => {
    expect(describe(value)).toBe(description);
  });

  it('never throw, whatever a getter does', () => {
    const trap = Object.defineProperty({}, 'constructor', {
      get() {
        throw new Error('a trap');
      },
    });
    expect(describe(trap)).toBe('an object that cannot be read');
  });

  it('tell what was expected, what was received and what to do', () => {
    expect(invalidArgument('topK to be a whole number', 1.5, 'round it').message).toBe(
      'Expected topK to be a whole number but received 1.5: round it',
    );
  });
});

suite('keys of options', () => {
  const keys = ['backend', 'labels', 'topK', 'threads'];

  it.each([
    ['lables', 'labels'],
    ['topk', 'topK'],
    ['thread', 'threads'],
    ['top_k', 'topK'],
  ])("the nearest right name of '%s' is '%s'", (wrong, right) => {
    expect(nearest(wrong, keys)).toBe(right);
    expect(() => checkOptionKeys({ [wrong]: 1 }, keys)).toThrow(`did you mean '${right}'?`);
  });

  it('none is near to a word of another kind', () => {
    expect(nearest('quality', keys)).toBeUndefined();
    expect(nearest('l'.repeat(1_000_000), keys)).toBeUndefined();
  });

  it.each([[undefined], [null], [1], ['a'], [[]]])('%s is no object of options', (options) => {
    expect(() => checkOptionKeys(options, keys)).toThrow('Expected options to be an object');
  });

  it('right ones are taken', () => {
    expect(() => checkOptionKeys({ labels: [], topK: 3 }, keys)).not.toThrow();
  });
});
