/** The same module for `import`: one implementation, so that errors and models are the same objects for both. */
export * from './index.js';
