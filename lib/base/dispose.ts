/**
 * The name of the method that `await using` calls. Where the runtime has none (Safari, and the contexts in which Jest and
 * vitest's vmThreads run tests on Node 20 and 22), it is the one that Babel, esbuild and swc then compile `await using` to.
 */
export const asyncDispose: typeof Symbol.asyncDispose = Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose');
