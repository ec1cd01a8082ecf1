import { printableJson } from '../base/errors';
import type { ModelInfo } from '../model/model';
import { load } from '../node/load';
import { ENGINE_OPTIONS, engineOptions, NETWORK_OPTIONS, parse, wholeNumber } from './arguments';
import { measure, peakMemoryMb, rounded } from './measure';
import { network } from './network';
import { chartPath, profile, renderProfile, writeChart } from './profile';
import { engineLine, grouped, networkTitle, printable, quantityList, styleFor } from './render';

const DEFAULT_RUNS = 50;

/** `mobilenet-edge bench`: loading, the first inference and the steady state, without any picture. */
export async function bench(args: string[]): Promise<number> {
  const { values } = parse(withProfileValue(args), {
    ...NETWORK_OPTIONS,
    ...ENGINE_OPTIONS,
    runs: { type: 'string' },
    profile: { type: 'string' },
    json: { type: 'boolean' },
  });
  const source = network(values);
  const runs = wholeNumber('--runs', values.runs) ?? DEFAULT_RUNS;
  const chart = values.profile === undefined ? undefined : chartPath(values.profile);

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
    const profiled = values.profile === undefined ? undefined : await profile(model, runs);
    if (chart && profiled) writeChart(chart, model.info, profiled);
    if (values.json) {
      process.stdout.write(`${printableJson({ ...result, profile: profiled }, 2)}\n`);
      return 0;
    }
    const lines = [
      render(model.info, result, runs),
      ...(profiled ? ['', renderProfile(model.info, profiled, runs, styleFor(process.stdout))] : []),
      ...(chart ? ['', `Chart: ${printable(chart)}`] : []),
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
    return 0;
  } finally {
    model.close();
  }
}

/** `--profile` alone means the table without a chart: parseArgs has no values that may be left out. */
function withProfileValue(args: string[]): string[] {
  return args.map((arg, i) => {
    const next = args[i + 1];
    return arg === '--profile' && (next === undefined || next.startsWith('-')) ? '--profile=' : arg;
  });
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
