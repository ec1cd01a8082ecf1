/** Pipes, sockets, devices and paths that no file can have, wherever a path is taken: typed errors at once. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ImageSource, load, loadHead, type Model, mobilenetV2 } from '../../lib/index';

describe.skipIf(process.platform === 'win32')('special files', () => {
  let folder: string;
  let socket: Server;
  let model: Model;
  const place = (name: string) => join(folder, name);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'special-'));
    execFileSync('mkfifo', [place('pipe')]);
    await symlink(place('pipe'), place('link'));
    socket = createServer();
    await new Promise<void>((resolve) => socket.listen(place('socket'), resolve));
    model = await load(mobilenetV2({ alpha: 0.35, inputSize: 32, classes: 2 }), { backend: 'wasm' });
  });
  afterAll(async () => {
    model.close();
    await new Promise((resolve) => socket.close(resolve));
    await rm(folder, { recursive: true });
  });

  /** Every call that takes a path, and its codes for what is unfit and for what is not there. */
  const entrances: [string, (path: string) => Promise<unknown>, string, string][] = [
    ['load', (path) => load(path), 'MODEL_INVALID', 'MODEL_NOT_FOUND'],
    ['labels', (labels) => load(mobilenetV2({ classes: 2 }), { labels }), 'LABELS_INVALID', 'LABELS_INVALID'],
    ['classify', (path) => model.classify(path as ImageSource), 'IMAGE_INVALID', 'IMAGE_NOT_FOUND'],
    ['loadHead', (path) => loadHead(path, { model }), 'MODEL_INVALID', 'MODEL_NOT_FOUND'],
  ];

  describe.each(entrances)('%s', (_name, open, unfit, missing) => {
    test.each([
      ['pipe', /pipe/],
      ['link', /pipe/],
      ['socket', /socket/],
      ['/dev/zero', /device/],
    ])('%s', async (name, message) => {
      const path = name.startsWith('/') ? name : place(name);
      await expect(open(path)).rejects.toMatchObject({ code: unfit, message: expect.stringMatching(message) });
    });

    test.each(['a\0b', 'file:///a%00b', `${'x'.repeat(5000)}`])('%j', async (path) => {
      await expect(open(path)).rejects.toMatchObject({ name: 'MobileNetEdgeError', code: missing });
    });
  });
});
