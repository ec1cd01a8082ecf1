/** Checked access to parsed JSON of unknown form. */
import { modelInvalid } from './failures';

export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}...` : text;
}

function kindOf(value: object | null): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return `an array of ${value.length}`;
  return `an object with the keys [${shortened(Object.keys(value).slice(0, 8).join(', '))}]`;
}

/** A value for a message: short, however deep it is. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return `'${shortened(value)}'`;
  if (Array.isArray(value)) {
    const shown = value.slice(0, 8).map((part) => (typeof part === 'object' ? kindOf(part) : describe(part)));
    return `[${[...shown, ...(value.length > 8 ? [`${value.length - 8} more`] : [])].join(', ')}]`;
  }
  return typeof value === 'object' ? kindOf(value) : shortened(String(value));
}

/** Throws MODEL_INVALID unless `value` is an object; `where` begins the message. */
export function objectOf(value: unknown, where: string): JsonObject {
  if (!isObject(value)) throw modelInvalid(`${where}: expected an object but it is ${describe(value)}`);
  return value;
}

export function arrayOf(value: unknown, where: string): unknown[] {
  if (!Array.isArray(value)) throw modelInvalid(`${where}: expected an array but it is ${describe(value)}`);
  return value;
}

export function stringOf(value: unknown, where: string): string {
  if (typeof value !== 'string') throw modelInvalid(`${where}: expected a string but it is ${describe(value)}`);
  return value;
}

export function numberOf(value: unknown, where: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw modelInvalid(`${where}: expected a number but it is ${describe(value)}`);
  }
  return value;
}

/** A whole number from 0 to 2^31 - 1. */
export function countOf(value: unknown, where: string): number {
  const count = numberOf(value, where);
  if (!Number.isInteger(count) || count < 0 || count >= 2 ** 31) {
    throw modelInvalid(`${where}: expected a whole number from 0 but it is ${count}`);
  }
  return count;
}
