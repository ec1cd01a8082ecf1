/** Arrays over memory of every kind, of two realms; some of it another thread writes all the time. */
const vm = require('node:vm');
const { Worker } = require('node:worker_threads');
const { chance, integer, oneOf, random } = require('./random.cjs');

const otherRealm = vm.createContext({});
const here = globalThis;
const there = vm.runInContext('globalThis', otherRealm);

const newShared = (bytes) => new SharedArrayBuffer(bytes);
const newGrowable = (bytes) => new SharedArrayBuffer(bytes, { maxByteLength: bytes + 4096 });
/** What the other thread writes all the time, and grows where it may. */
const written = [64, 256, 4096].flatMap((bytes) => [newShared(bytes), newGrowable(bytes)]);

/** Shared words that are `words` in one moment and something else in the next, and the thread that writes all this. */
function startWriter(words) {
  const ops = newShared(4 * words.length);
  new Int32Array(ops).set(words);
  return { ops, writer: new Worker(WRITER, { eval: true, workerData: { written, ops, words } }) };
}

const WRITER = `
const { written, ops, words } = require('node:worker_threads').workerData;
const changing = new Int32Array(ops);
for (let n = 1; ; n = (Math.imul(n, 1664525) + 1013904223) | 0) {
  for (const buffer of written) {
    new Int32Array(buffer, 0, 16)[n >>> 28] = n & 1 ? 0 : n & 2 ? n & 12 : n;
    try {
      if (buffer.growable && (n & 0xfff) === 0) buffer.grow(Math.min(buffer.byteLength + 64, buffer.maxByteLength));
    } catch {
      // The other thread has just made it longer.
    }
  }
  const at = (n >>> 8) % words.length;
  changing[at] = n & 1 ? words[at] : n;
}`;

/** A buffer of at least so many bytes, of any kind, and from where on it may be used. */
function newMemory(bytes) {
  const offset = oneOf([0, 0, 8, 24]);
  const size = offset + bytes;
  const kinds = [
    () => new ArrayBuffer(size),
    () => new there.ArrayBuffer(size),
    () => newShared(size),
    () => newGrowable(size),
    () => new ArrayBuffer(size, { maxByteLength: size + 1024 }),
    () => new WebAssembly.Memory({ initial: 1, maximum: 2, shared: true }).buffer,
    () => oneOf(written),
  ];
  const buffer = oneOf(kinds)();
  return buffer.byteLength < size ? { buffer: new ArrayBuffer(size), offset } : { buffer, offset };
}

/** Gives the memory away, makes it shorter or longer: what may happen to an array between two calls, or in a getter. */
function disturb(view) {
  const { buffer } = view;
  try {
    if (buffer.resizable) buffer.resize(integer(buffer.maxByteLength));
    else if (buffer.growable) buffer.grow(Math.min(buffer.maxByteLength, buffer.byteLength + 8 * integer(8)));
    else if (chance(50) && buffer.transfer) buffer.transfer();
    else structuredClone(buffer, { transfer: [buffer] });
  } catch {
    // Shared memory, and that of WebAssembly, cannot be given away.
  }
}

const TYPES = ['Int8', 'Uint8', 'Uint8Clamped', 'Int16', 'Uint16', 'Int32', 'Uint32', 'Float32', 'Float64'].concat(
  'BigInt64',
  'BigUint64',
);

function newArray(type, length) {
  const Type = (chance(80) ? here : there)[`${type}Array`];
  const { buffer, offset } = newMemory(length * Type.BYTES_PER_ELEMENT);
  // Without a length it follows the buffer's, where that may change.
  const view =
    chance(15) && (buffer.resizable || buffer.growable) ? new Type(buffer) : new Type(buffer, offset, length);
  if (!written.includes(buffer) && !type.startsWith('Big')) {
    for (let i = 0; i < Math.min(view.length, 64); i++)
      view[i] = type.startsWith('Float') ? random() - 0.5 : integer(99);
  }
  const result = chance(97) ? view : new DataView(buffer, view.byteOffset);
  if (chance(3)) disturb(view);
  return result;
}

module.exports = { TYPES, disturb, newArray, newMemory, startWriter, written };
