/** Checked access to parsed JSON of unknown form. */
import { describe } from '../../base/expect';
import { modelInvalid } from './failures';

export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
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
