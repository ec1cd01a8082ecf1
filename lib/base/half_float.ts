/** IEEE 754 binary16 as binary32; exact. */
export function halfToFloat(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The binary16 nearest to a number, ties to even; infinity from 65520 on. */
export function floatToHalf(value: number): number {
  float[0] = value;
  const sign = (bits[0] >>> 16) & 0x8000;
  const magnitude = bits[0] & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude >= 0x38800000) {
    // Rounding may carry into the exponent, which is then right too.
    const odd = (magnitude >>> 13) & 1;
    return sign | ((magnitude - 0x38000000 + 0xfff + odd) >>> 13);
  }
  // Subnormal: adding 0.5 rounds to multiples of 2^-24.
  float[0] = Math.abs(value) + 0.5;
  return sign | (bits[0] - 0x3f000000);
}

export function floatsToHalves(values: Float32Array): Uint16Array {
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) halves[i] = floatToHalf(values[i]);
  return halves;
}

/** `bytes` holds little-endian halves; an odd last byte is not read. */
export function halvesToFloats(bytes: Uint8Array): Float32Array {
  const floats = new Float32Array(bytes.length >> 1);
  for (let i = 0; i < floats.length; i++) floats[i] = halfToFloat(bytes[2 * i] | (bytes[2 * i + 1] << 8));
  return floats;
}
