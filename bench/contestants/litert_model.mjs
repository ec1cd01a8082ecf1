/** What LiteRT.js does with a compiled model, in Node and on a page. */
import { UINT8_OFFSET } from '../quantize.mjs';

/** `isUint8`: the int8 network with uint8 input and output, since LiteRT.js' JavaScript knows no int8 tensors. */
export function litertContestant(model, Tensor, details, isUint8) {
  const outputOffset = isUint8 ? UINT8_OFFSET : 0;
  let picture;
  let shape;
  return {
    details,
    outputOffset,
    setInput(values, newShape) {
      picture = isUint8 ? Uint8Array.from(values, (level) => level + outputOffset) : values;
      shape = newShape;
    },
    async predict() {
      const input = new Tensor(picture, shape);
      const [output] = await model.run(input);
      const values = output.toTypedArray();
      input.delete();
      output.delete();
      return values;
    },
  };
}
