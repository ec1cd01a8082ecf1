/** Values that are not what is expected, and objects whose fields are not. */
const { TYPES, disturb, newArray, newMemory } = require('./memory.cjs');
const { chance, integer, oneOf } = require('./random.cjs');

class Thrown extends Error {}
const toss = () => {
  throw new Thrown('of a getter');
};

const revoked = () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};

const SIZES = [
  0,
  1,
  2,
  3,
  7,
  8,
  64,
  255,
  4096,
  2 ** 20,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32,
  2 ** 42,
  2 ** 52,
  2 ** 53,
  1e300,
];

/** Any value at all: of the addon's own objects those in `objects`. */
function anything(good, objects) {
  const kinds = [
    () => undefined,
    () => null,
    () => chance(50),
    () => oneOf(SIZES),
    () => -oneOf(SIZES),
    () => oneOf([0.5, Number.NaN, Number.POSITIVE_INFINITY, Number.MIN_VALUE]),
    () => (typeof good === 'number' ? good + integer(16) - 8 : integer(300)),
    () => BigInt(integer(300)),
    () => oneOf(['', 'scalar', 'scalar\0', 'chain', 'x'.repeat(100), 'x'.repeat(2 ** 20), '\ud800']),
    () => Symbol('s'),
    () => [],
    () => ({}),
    () => () => 1,
    () => new Date(),
    () => Object.create(null),
    () => new Proxy(typeof good === 'object' && good ? good : {}, { get: toss, has: toss, getPrototypeOf: toss }),
    () => new Proxy(typeof good === 'object' && good ? good : {}, {}),
    revoked,
    () => ({
      [Symbol.toPrimitive]: toss,
      valueOf: toss,
      toString: toss,
      get length() {
        return toss();
      },
    }),
    () => newMemory(64).buffer,
    () => newArray(oneOf(TYPES), oneOf([0, 1, 4, 16, 32, 64])),
    () => oneOf(TYPES.map((type) => globalThis[`${type}Array`].prototype)),
    () => oneOf(objects),
  ];
  return oneOf(kinds)();
}

/**
 * The same object with some fields that throw, are something else, give the arrays in the others away, or call `act`.
 */
function spoiled(object, objects, act) {
  const fields = Object.getOwnPropertyDescriptors(object);
  const views = Object.values(fields).flatMap(({ value }) => (ArrayBuffer.isView(value) ? [value] : []));
  for (let count = integer(2); count > 0; count--) {
    const key = oneOf(Object.keys(object));
    const { value } = fields[key] ?? {};
    const doing = (first) => () => {
      first();
      return value;
    };
    const ways = [
      () => undefined,
      () => ({ value: anything(value, objects) }),
      () => ({ get: toss }),
      () => ({ get: doing(() => views.forEach(disturb)) }),
      () => ({ get: doing(act) }),
    ];
    const field = oneOf(ways)();
    if (field) fields[key] = { ...field, enumerable: true, configurable: true };
    else delete fields[key];
  }
  const result = Object.defineProperties({}, fields);
  return chance(10) ? new Proxy(result, {}) : result;
}

module.exports = { anything, spoiled };
