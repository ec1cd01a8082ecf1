/** What happens where sharp is not installed, or is but cannot run: in processes that a loader hook keeps from it. */
import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { packageRoot } from '../lib/package_root';

function run(code: string, message: string): { stdout: string; stderr: string } {
  const failure = `Object.assign(new Error(${JSON.stringify(message)}), { code: ${JSON.stringify(code)} })`;
  const hook = `export async function resolve(specifier, context, next) {
    if (specifier === 'sharp') throw ${failure};
    return next(specifier, context);
  }`;
  const program = `
    require('node:module').register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(hook)}));
    const { decodeImage } = require('./dist/image');
    const { encode } = require('jpeg-js');
    const jpeg = encode({ data: new Uint8Array(64), width: 4, height: 4 }, 50).data;
    const webp = Buffer.from('RIFF\\0\\0\\0\\0WEBPVP8 ');
    const answer = (source, decoder) => decodeImage(source, undefined, decoder).then((i) => i.width, (e) => e.code);
    (async () => console.log(await answer(jpeg), await answer(webp), await answer(jpeg, 'sharp')))();`;
  return spawnSync(process.execPath, ['-e', program], { cwd: packageRoot(), timeout: 30_000, encoding: 'utf8' });
}

it('without sharp the built-in decoder reads JPEG, says what WebP needs, and no warning', () => {
  const { stdout, stderr } = run('ERR_MODULE_NOT_FOUND', "Cannot find package 'sharp' imported from here");
  expect(stdout).toBe('4 IMAGE_UNSUPPORTED IMAGE_UNSUPPORTED\n');
  expect(stderr).not.toContain('sharp');
});

it('with a sharp that fails to load it does the same, with one warning', () => {
  const { stdout, stderr } = run('ERR_DLOPEN_FAILED', 'no binary for this processor');
  expect(stdout).toBe('4 IMAGE_UNSUPPORTED IMAGE_UNSUPPORTED\n');
  expect(stderr.match(/without sharp, which fails to load: no binary for this processor/g)).toHaveLength(1);
});
