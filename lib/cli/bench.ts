import { load } from '../load';
import type { ModelInfo } from '../model';
import { ENGINE_OPTIONS, engineOptions, NETWORK_OPTIONS, parse, wholeNumber } from './arguments';
import { measure, peakMemoryMb, rounded } from './measure';
import { network } from './network';
import { engineLine, grouped, networkTitle, quantityList, styleFor } from './render';

const DEFAULT_RUNS = 50;

/** `mobilenet-edge bench`: loading, the first inference and the steady state, without any picture. */
export async function bench(args: string[]): Promise<number> {
  const { values } = parse(args, {
    ...NETWORK_OPTIONS,
    ...ENGINE_OPTIONS,
    runs: { type: 'string' },
    json: { type: 'boolean' },
  });
  const source = network(values);
  const runs = wholeNumber('--runs', values.runs) ?? DEFAULT_RUNS;

  const start = performance.now();
  const model = await load(source, engineOptions(values));
  const loadMs = performance.now() - start;
  try {
    const { firstMs, medianMs, minMs } = await measure(model, runs);
    const { backend, isa, threads, precision, macs, arenaBytes } = model.info;
    const result = {
      backend,
      isa,
      threads,
      precision,
      loadMs: rounded(loadMs),
      firstMs: rounded(firstMs),
      medianMs: rounded(medianMs),
      minMs: rounded(minMs),
      rssMb: rounded(peakMemoryMb()),
      macs,
      arenaBytes,
    };
    if (values.json) {
      process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
      return 0;
    }
    process.stdout.write(`${render(model.info, result, runs)}\n`);
    return 0;
  } finally {
    model.close();
  }
}

type Result = Record<'loadMs' | 'firstMs' | 'medianMs' | 'minMs' | 'rssMb', number>;

function render(info: ModelInfo, { loadMs, firstMs, medianMs, minMs, rssMb }: Result, runs: number): string {
  const style = styleFor(process.stdout);
  const quantities = quantityList(
    [
      ['Load', loadMs, 'ms'],
      ['First run', firstMs, 'ms'],
      [`Median of ${grouped(runs)}`, medianMs, 'ms'],
      ['Fastest', minMs, 'ms'],
      ['Throughput', info.macs / medianMs / 1e6, 'GMAC/s'],
      ['Peak memory', rssMb, 'MB'],
      ['Activations', info.arenaBytes / 1e6, 'MB'],
    ],
    style,
  );
  return `${style.bold(networkTitle(info))}\n${engineLine(info, [], style)}\n\n${quantities}`;
}
