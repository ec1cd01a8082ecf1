/** Seeded mutations of files: what damage, converters' mistakes and malice look like. */

/** mulberry32; `random(n)` is a whole number below n. */
export function randomSource(seed) {
  let state = seed >>> 0;
  return (n) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * n);
  };
}

const COUNTS = [
  0,
  1,
  2,
  3,
  7,
  255,
  1024,
  4096,
  65535,
  65536,
  2 ** 18,
  2 ** 20,
  2 ** 24,
  2 ** 26,
  2 ** 30,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
];

/** Each takes and returns bytes; `others` are further good files. */
const BYTE_MUTATIONS = {
  flips(bytes, random) {
    for (let n = 1 + random(8); n > 0; n--) bytes[random(bytes.length)] ^= 1 << random(8);
    return bytes;
  },
  bytes(bytes, random) {
    for (let n = 1 + random(8); n > 0; n--) bytes[random(bytes.length)] = random(256);
    return bytes;
  },
  truncation(bytes, random) {
    return bytes.slice(0, random(bytes.length));
  },
  'giant counts'(bytes, random) {
    const view = new DataView(bytes.buffer);
    for (let n = 1 + random(3); n > 0; n--) {
      view.setUint32(4 * random((bytes.length - 4) >> 2), COUNTS[random(COUNTS.length)], true);
    }
    return bytes;
  },
  'shapes that agree'(bytes, random) {
    // The same word everywhere that another has: extents of several tensors grow together.
    const view = new DataView(bytes.buffer);
    const old = view.getUint32(4 * random((bytes.length - 4) >> 2), true);
    const now = [1, 2, 16, 64, 255, 512, 1024, 2048, 4096, 65536, 2 ** 20, 2 ** 24][random(12)];
    if (old === 0 || old > 4096) return bytes;
    for (let at = 0; at + 4 <= bytes.length; at += 4)
      if (view.getUint32(at, true) === old) view.setUint32(at, now, true);
    return bytes;
  },
  'splice over'(bytes, random, others) {
    const from = others[random(others.length)];
    const length = 1 + random(Math.min(512, from.length, bytes.length));
    const at = random(from.length - length + 1);
    bytes.set(from.subarray(at, at + length), random(bytes.length - length + 1));
    return bytes;
  },
  'splice in'(bytes, random, others) {
    const from = others[random(others.length)];
    const begin = random(from.length);
    const piece = from.subarray(begin, begin + 4 * (1 + random(64)));
    const at = 4 * random(bytes.length >> 2);
    return Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)]);
  },
  'cut out'(bytes, random) {
    const at = 4 * random(bytes.length >> 2);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 4 * (1 + random(16)))]);
  },
  'repeated references'(bytes, random) {
    // Neighbours of an offset refer to what it refers to: tables and vectors are shared.
    const view = new DataView(bytes.buffer);
    const at = 4 * random((bytes.length - 4) >> 2);
    const target = at + view.getUint32(at, true);
    for (let i = 1; i <= 1 + random(16) && at + 4 * i + 4 <= bytes.length; i++) {
      view.setUint32(at + 4 * i, target - at - 4 * i, true);
    }
    return bytes;
  },
};

/** A changed copy of `bytes`. Returns [the kind of change, bytes]. */
export function mutateBytes(bytes, others, random) {
  const kinds = Object.keys(BYTE_MUTATIONS);
  const kind = kinds[random(kinds.length)];
  const mutated = BYTE_MUTATIONS[kind](new Uint8Array(bytes), random, others);
  return [kind, new Uint8Array(mutated)];
}

const NONSENSE = [
  null,
  true,
  '',
  '/',
  'toString',
  '__proto__',
  [],
  {},
  [[]],
  [null],
  -1,
  0,
  1.5,
  1e300,
  64,
  1024,
  2048,
  65536,
  2 ** 24,
  2 ** 31,
  'x'.repeat(100_000),
  'a/'.repeat(50_000),
];

/** Every place of a value inside `tree`, as [its parent, its key]. */
function placesIn(tree) {
  if (typeof tree !== 'object' || tree === null) return [];
  return Object.keys(tree).flatMap((key) => [[tree, key], ...placesIn(tree[key])]);
}

const TREE_MUTATIONS = {
  nonsense([parent, key], random) {
    parent[key] = structuredClone(NONSENSE[random(NONSENSE.length)]);
  },
  repetition([parent, key], random) {
    if (Array.isArray(parent)) parent.splice(Number(key), 0, ...Array(1 + random(2000)).fill(parent[key]));
  },
  removal([parent, key]) {
    if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else delete parent[key];
  },
  exchange([parent, key], random, places) {
    const [otherParent, otherKey] = places[random(places.length)];
    parent[key] = structuredClone(otherParent[otherKey]);
  },
  nesting([parent, key], random) {
    for (let n = 1 + random(40), doublings = 0; n > 0; n--) {
      const layers = [parent[key]];
      // A doubling of a reference, which a JSON text would write out: ten of them at most.
      if (random(4) === 0 && doublings++ < 10) layers.push(parent[key]);
      parent[key] = { class_name: 'Sequential', config: { name: `n${n}`, layers } };
    }
  },
};

/** A changed copy of { modelTopology, weightSpecs, weightData }. */
export function mutateArtifacts({ weightData, ...trees }, random) {
  const copy = structuredClone(trees);
  const kinds = Object.keys(TREE_MUTATIONS);
  const kind = kinds[random(kinds.length)];
  const places = placesIn(copy);
  for (let n = 1 + random(2); n > 0; n--) TREE_MUTATIONS[kind](places[random(places.length)], random, places);
  const cut = random(16) === 0 ? random(weightData.length) : weightData.length;
  return [kind, { ...copy, weightData: weightData.subarray(0, cut) }];
}
