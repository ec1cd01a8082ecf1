/** The lines of docs/raspberry_pi.md for a camera, run as they stand with a program in place of `rpicam-vid`. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { packageRoot } from './support/package_root';
import { hasShared, sharedPath } from './support/shared';

const folder = mkdtempSync(join(tmpdir(), 'mobilenet-edge-camera-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Frames as a camera sends them: a frame in pieces, two frames at once, and a last one that is never finished. */
const CAMERA = `#!/bin/sh
case "$*" in *"--codec mjpeg"*"--output -"*) ;; *) echo "$*" >&2; exit 2 ;; esac
head -c 3001 parrot.jpg; sleep 0.2; tail -c +3002 parrot.jpg; sleep 3
cat hot_dog.jpg panda.jpg; sleep 3
head -c 2000 parrot.jpg
`;

test.skipIf(!hasShared || process.platform === 'win32')('the newest whole frame is classified', () => {
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

  const env = { ...process.env, PATH: `${folder}${delimiter}${process.env.PATH}` };
  const { stdout, stderr } = spawnSync(process.execPath, ['camera.mjs'], { cwd: folder, env, encoding: 'utf8' });
  expect(stderr).toBe('');
  const names = [...stdout.matchAll(/className: '(.*?)'/g)].map(([, name]) => name);
  expect(names[0]).toMatch(/macaw/);
  expect(names.at(-1)).toMatch(/giant panda/);
  expect(names.length).toBeLessThanOrEqual(3);
});
