/** A Graph as JSON and back: typed arrays in base64, and the infinities of clamps, which JSON has not. */

const TYPED = { Float32Array, Int32Array, Uint8Array, Int8Array };

export function graphToJson(graph) {
  return JSON.stringify(graph, (_, value) => {
    if (ArrayBuffer.isView(value)) {
      const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
      return { typedArray: value.constructor.name, base64: bytes.toString('base64') };
    }
    return value === Infinity || value === -Infinity ? { number: String(value) } : value;
  });
}

export function graphFromJson(text) {
  return JSON.parse(text, (_, value) => {
    if (value?.typedArray) {
      const bytes = Uint8Array.from(atob(value.base64), (character) => character.charCodeAt(0));
      return new TYPED[value.typedArray](bytes.buffer);
    }
    return value?.number ? Number(value.number) : value;
  });
}
