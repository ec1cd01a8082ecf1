/** Pictures whose rows and columns a network reads the other way round. */
import { pixels, type Tensor, type TensorValues } from '../graph/graph';

/** The tensor [1, height, width, channels] of a [1, width, height, channels]. */
export function withSwappedSides(tensor: Tensor): Tensor {
  const [rows, columns, channels] = pixels(tensor.shape);
  return { ...tensor, shape: [1, columns, rows, channels] };
}

/** The values of `tensor`, dense [height, width, channels], as dense [width, height, channels], in a new array. */
export function swapSides<Values extends TensorValues>(values: Values, tensor: Tensor): Values {
  const [rows, columns, channels] = pixels(tensor.shape);
  const swapped = values.slice() as Values;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const from = (row * columns + column) * channels;
      const to = (column * rows + row) * channels;
      for (let c = 0; c < channels; c++) swapped[to + c] = values[from + c];
    }
  }
  return swapped;
}
