/** The choice of instruction set on CPUs that this machine is not, emulated by qemu: never an illegal instruction. */
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { loadNativeEngine } from '../../lib/node/engines/native';
import { addon } from '../support/native_addon';
import { packageRoot } from '../support/package_root';

afterEach(() => {
  vi.unstubAllEnvs();
});

const dist = (name: string) => JSON.stringify(join(packageRoot(), 'dist', name));

/** Runs a small network on the native engine and prints the instruction set and the answer, or the error's code. */
const script = `
const { compile } = require(${dist('compile/compile')});
const { loadNativeEngine } = require(${dist('node/engines/native')});
const { mobilenetV2 } = require(${dist('architectures/mobilenet_v2')});
const { simplify } = require(${dist('passes/simplify')});
async function main() {
  const engine = loadNativeEngine();
  const program = compile(simplify(mobilenetV2({ alpha: 0.35, inputSize: 64, classes: 10 })), engine.geometry);
  const session = await engine.load(program);
  const input = Float32Array.from({ length: 64 * 64 * 3 }, (_, i) => Math.sin(i));
  return { isa: engine.isa, answer: [...(await session.run(input, program.outputs))[0]] };
}
main().catch(({ code, message }) => ({ code, message })).then((result) => console.log(JSON.stringify(result)));
`;

interface Outcome {
  isa?: string;
  answer?: number[];
  code?: string;
  message?: string;
}

/** Runs the script, under qemu if a CPU model is given. Rejects if the process dies of a signal or prints no result. */
function run(cpu?: string, isa?: string): Promise<Outcome> {
  const { MOBILENET_EDGE_ISA: _, ...env } = process.env;
  if (isa) env.MOBILENET_EDGE_ISA = isa;
  const node = [process.execPath, '-e', script];
  const [command, ...args] = cpu ? ['qemu-x86_64', '-cpu', cpu, ...node] : node;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (text) => {
      stdout += text;
    });
    child.stderr.on('data', (text) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (status, signal) => {
      if (status === 0) resolve(JSON.parse(stdout));
      else reject(new Error(`${cpu}: status ${status}, signal ${signal}\n${stdout}${stderr}`));
    });
  });
}

const hasQemu = spawnSync('qemu-x86_64', ['--version']).status === 0;
const canEmulate = process.platform === 'linux' && process.arch === 'x64' && hasQemu;
if (!canEmulate)
  console.warn('SKIPPED: no CPU can be emulated, because qemu-x86_64 is missing or this is not x64 Linux');

describe.skipIf(!canEmulate || !addon)('under qemu', () => {
  test.each([
    ['Nehalem', 'scalar'],
    ['SandyBridge', 'scalar'], // AVX without AVX2
    ['Haswell,-fma', 'scalar'],
    ['Haswell,-xsave', 'scalar'], // an operating system that does not save the registers
    ['Haswell', 'avx2'],
    ['Icelake-Server-noTSX', 'avx2'], // named after a CPU with AVX-512, which qemu does not have
  ])('%s runs %s, with the answer of a real CPU', async (cpu, isa) => {
    const [emulated, real] = await Promise.all([run(cpu), run(undefined, isa)]);
    expect(emulated.isa).toBe(isa);
    // This CPU may lack what qemu has.
    if (addon.isas().includes(isa)) expect(emulated).toEqual(real);
  });

  test('a CPU without AVX2 refuses to be forced', async () => {
    expect(await run('Nehalem', 'avx2')).toMatchObject({
      code: 'BACKEND_UNAVAILABLE',
      message: expect.stringContaining("(scalar) but received 'avx2'"),
    });
  });
});

describe.skipIf(!addon)('on this CPU', () => {
  const best = addon?.isas().at(-1);

  test('the option goes before the environment, which goes before the best', () => {
    vi.stubEnv('MOBILENET_EDGE_ISA', 'scalar');
    expect(loadNativeEngine().isa).toBe('scalar');
    vi.stubEnv('MOBILENET_EDGE_ISA', 'nonsense');
    expect(loadNativeEngine({ isa: 'scalar' }).isa).toBe('scalar');
    vi.stubEnv('MOBILENET_EDGE_ISA', '');
    expect(loadNativeEngine({ isa: undefined }).isa).toBe(best);
  });

  test.each(['simd128', 'relaxed-simd'])('%s in the environment concerns the other engine', (isa) => {
    vi.stubEnv('MOBILENET_EDGE_ISA', isa);
    expect(loadNativeEngine().isa).toBe(best);
    expect(() => loadNativeEngine({ isa })).toThrow(expect.objectContaining({ code: 'BACKEND_UNAVAILABLE' }));
  });

  test('an unknown instruction set is refused, and the message names those there are', () => {
    vi.stubEnv('MOBILENET_EDGE_ISA', 'avx1024');
    const refusal = { code: 'BACKEND_UNAVAILABLE', message: expect.stringMatching(/scalar.*received 'avx1024'/) };
    expect(() => loadNativeEngine()).toThrow(expect.objectContaining(refusal));
    vi.unstubAllEnvs();
    expect(() => loadNativeEngine({ isa: 'avx1024' })).toThrow(expect.objectContaining(refusal));
  });
});
