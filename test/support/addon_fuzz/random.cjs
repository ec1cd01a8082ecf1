/** mulberry32 and what is drawn by it. */
let state = 0;
exports.seed = (value) => {
  state = value | 0;
};

function random() {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}
exports.random = random;
/** From 0 to `most`. */
exports.integer = (most) => Math.floor(random() * (most + 1));
exports.chance = (percent) => random() * 100 < percent;
exports.oneOf = (list) => list[exports.integer(list.length - 1)];
