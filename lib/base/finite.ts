/** Whether all are finite. What is not stays in a sum, and no sum of float32 values leaves the range of JavaScript's numbers. */
export function allFinite(values: Float32Array): boolean {
  let sum = 0;
  const end = values.length - (values.length % 4);
  // Pairs, so that few additions wait for one another.
  for (let i = 3; i < end; i += 4) sum += values[i - 3] + values[i - 2] + (values[i - 1] + values[i]);
  for (let i = end; i < values.length; i++) sum += values[i];
  return Number.isFinite(sum);
}
