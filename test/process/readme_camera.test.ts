/** The lines of docs/raspberry_pi.md for a camera, run as they stand with a program in place of `rpicam-vid`. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { packageRoot } from '../support/package_root';
import { hasShared, sharedPath } from '../support/shared';

const folder = mkdtempSync(join(tmpdir(), 'mobilenet-edge-camera-'));
afterAll(() => rmSync(folder, { recursive: true }));

/**
 * Frames as a camera sends them: one in pieces, which is whole when the next begins; two at once, and a last one that is
 * never finished. Between them it waits for a line in the pipe `next`.
 */
const CAMERA = `#!/bin/sh
case "$*" in *"--codec mjpeg"*"--output -"*) ;; *) echo "$*" >&2; exit 2 ;; esac
head -c 3001 parrot.jpg; read -r _ < next
tail -c +3002 parrot.jpg; head -c 2000 hot_dog.jpg; read -r _ < next
tail -c +2001 hot_dog.jpg; cat panda.jpg; head -c 2000 parrot.jpg
`;

test.skipIf(!hasShared || process.platform === 'win32')('the newest whole frame is classified', async () => {
  const code = /```js\n(import \{ spawn \}.*?)```/s.exec(
    readFileSync(join(packageRoot(), 'docs', 'raspberry_pi.md'), 'utf8'),
  )?.[1];
  expect(code).toContain('rpicam-vid');
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(packageRoot(), join(folder, 'node_modules', 'mobilenet-edge'));
  for (const file of ['mobilenet_v2_1.0_224_quant.tflite', 'imagenet_labels.txt']) {
    symlinkSync(sharedPath('models', file), join(folder, file));
  }
  for (const file of ['parrot.jpg', 'hot_dog.jpg', 'panda.jpg']) {
    symlinkSync(sharedPath('images', file), join(folder, file));
  }
  writeFileSync(join(folder, 'camera.mjs'), code!);
  writeFileSync(join(folder, 'rpicam-vid'), CAMERA);
  chmodSync(join(folder, 'rpicam-vid'), 0o755);
  execFileSync('mkfifo', [join(folder, 'next')]);
  const next = openSync(join(folder, 'next'), 'r+'); // for reading too: writing waits for no reader

  const env = { ...process.env, PATH: `${folder}${delimiter}${process.env.PATH}` };
  const child = spawn(process.execPath, ['camera.mjs'], { cwd: folder, env });
  const ended = once(child, 'close');
  let [stdout, stderr] = ['', ''];
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  const names = () => [...stdout.matchAll(/className: '(.*?)'/g)].map(([, name]) => name);
  child.stdout.on('data', (text) => {
    stdout += text;
  });

  writeSync(next, '\n');
  while (names().length === 0 && child.exitCode === null) await Promise.race([once(child.stdout, 'data'), ended]);
  writeSync(next, '\n');
  await ended;
  closeSync(next);
  expect(stderr).toBe('');
  expect(names()[0]).toMatch(/macaw/);
  expect(names().at(-1)).toMatch(/giant panda/);
  expect(names().length).toBeLessThanOrEqual(3);
});
