/**
 * The networks that all contestants run: mobilenet-edge's own Graphs with seeded random weights, written to files so
 * that a contestant's process holds nothing but its engine and its model.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serialize } from 'node:v8';
import { importMobilenetEdge } from './mobilenet_edge.mjs';
import { onnxModel } from './onnx_model.mjs';

/** `title` is for people; `id` for --network, --json and file names. */
export const NETWORKS = [
  { id: 'v1', title: 'MobileNet v1 1.0/224 float32', build: ({ mobilenetV1 }) => mobilenetV1() },
  { id: 'v2', title: 'MobileNet v2 1.0/224 float32', build: ({ mobilenetV2 }) => mobilenetV2() },
];

/**
 * Builds a network and writes it as `onnx` and, v8-serialized, as `graph` (mobilenet-edge and tfjs read that).
 * Call `remove()` to delete the files.
 */
export async function writeNetwork({ id, build }) {
  const graph = build(await importMobilenetEdge());
  const folder = await mkdtemp(join(tmpdir(), 'mobilenet-edge-bench-'));
  const files = { onnx: join(folder, `${id}.onnx`), graph: join(folder, `${id}.graph`) };
  await writeFile(files.onnx, onnxModel(graph));
  await writeFile(files.graph, serialize(graph));
  return { graph, files, remove: () => rm(folder, { recursive: true }) };
}

/** Uniform values in [-1, 1), a pure function of `seed` (mulberry32). */
export function randomInput(length, seed) {
  let state = seed;
  return Float32Array.from({ length }, () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 31 - 1;
  });
}
