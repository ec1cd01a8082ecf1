/** The unrolled kernels of assembly/ are what their templates say. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { formatted, KERNELS, kernelFile } from '../../scripts/generate_kernels.mjs';

test.each(Object.entries(KERNELS))('%s is up to date', (name, text) => {
  expect(readFileSync(kernelFile(name), 'utf8')).toBe(formatted(name, text));
});
