/** The package under test: the build in the folder above, as its users import it. */
export async function importMobilenetEdge() {
  try {
    return await import('../dist/esm.mjs');
  } catch (cause) {
    if (cause.code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw new Error(
      'Expected mobilenet-edge to be built in the folder above bench/: run `npm ci && npm run build` there first',
      { cause },
    );
  }
}
