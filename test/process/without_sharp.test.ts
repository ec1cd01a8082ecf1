/** What happens where sharp is not installed, or is but cannot run: in processes whose require() is kept from it. */
import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { gradient, jpeg } from '../fixtures/pictures';
import { packageRoot } from '../support/package_root';

function run(code: string, message: string): { stdout: string; stderr: string } {
  const program = `
    const Module = require('node:module');
    const { _load } = Module;
    Module._load = (request, ...rest) => {
      if (request === 'sharp') throw Object.assign(new Error(${JSON.stringify(message)}), { code: ${JSON.stringify(code)} });
      return _load(request, ...rest);
    };
    const { decodeImage } = require('./dist/node/pictures');
    const jpeg = Buffer.from('${jpeg(gradient(4, 4, 3)).toString('base64')}', 'base64');
    const webp = Buffer.from('RIFF\\0\\0\\0\\0WEBPVP8 ');
    const answer = (source, decoder) => decodeImage(source, undefined, decoder).then((i) => i.width, (e) => e.code);
    (async () => console.log(await answer(jpeg), await answer(webp), await answer(jpeg, 'sharp')))();`;
  return spawnSync(process.execPath, ['-e', program], { cwd: packageRoot(), timeout: 30_000, encoding: 'utf8' });
}

it.each([
  ['Node', "Cannot find module 'sharp'\nRequire stack:\n- /somewhere/decode.js"],
  [
    "Yarn's PnP",
    "mobilenet-edge tried to access sharp (a peer dependency) but it isn't provided by your application; this makes the require call ambiguous and unsound.\n\nRequired package: sharp",
  ],
])(
  'without sharp the built-in decoder reads JPEG, says what WebP needs, and no warning, as %s says so',
  (_, message) => {
    const { stdout, stderr } = run('MODULE_NOT_FOUND', message);
    expect(stdout).toBe('4 IMAGE_UNSUPPORTED IMAGE_UNSUPPORTED\n');
    expect(stderr).toBe('');
  },
);

it.each([
  ['ERR_DLOPEN_FAILED', 'no binary for this processor'],
  ['MODULE_NOT_FOUND', "Cannot find module '@img/sharp-linux-x64/sharp.node'"],
])('with a sharp that fails to load it does the same, with one warning: %s', (code, message) => {
  const { stdout, stderr } = run(code, message);
  expect(stdout).toBe('4 IMAGE_UNSUPPORTED IMAGE_UNSUPPORTED\n');
  expect(stderr.split(`without sharp, which fails to load: ${message}`)).toHaveLength(2);
});
