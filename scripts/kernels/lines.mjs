/** What the templates of kernels are written with. */

/** f(0) ... f(count - 1), one per line. */
export function lines(count, f) {
  return Array.from({ length: count }, (_, i) => f(i)).join('\n');
}

/** An offset as the last argument of a load or store; none for 0. */
export function at(bytes) {
  return bytes ? `, ${bytes}` : '';
}
