/**
 * Binds an object's methods to itself, once: called through a Proxy of it (Vue's `ref()`, Valtio), `this` would be the
 * Proxy, which has no private fields. They stay out of what enumerates properties.
 */
export function bindMethods(object: object): void {
  const prototype = Object.getPrototypeOf(object) as object;
  for (const [name, { value }] of entriesOf(prototype)) {
    if (name === 'constructor' || typeof value !== 'function') continue;
    Object.defineProperty(object, name, { value: value.bind(object), writable: true, configurable: true });
  }
}

function entriesOf(object: object): [string | symbol, PropertyDescriptor][] {
  return Reflect.ownKeys(object).map((name) => [name, Object.getOwnPropertyDescriptor(object, name)!]);
}
