/**
 * An object of a class of the DOM, by the class's name. `never` where TypeScript does not know the class, so that declarations
 * that name it are without errors in programs for Node too.
 */
export type Dom<Name extends string> =
  typeof globalThis extends Record<Name, { prototype: infer Instance }> ? Instance : never;

/** A WebAssembly.Module; without the DOM's types any object. */
export type CompiledWasm = typeof globalThis extends { WebAssembly: { Module: { prototype: infer Module } } }
  ? Module
  : object;
