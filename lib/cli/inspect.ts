import { stagesText } from '../node/debug';
import { loadWith } from '../node/load';
import { ENGINE_OPTIONS, engineOptions, NETWORK_OPTIONS, parse, UsageError } from './arguments';
import { network } from './network';

const { model: _, ...ARCHITECTURE_OPTIONS } = NETWORK_OPTIONS;

/** `mobilenet-edge inspect`: what a model becomes on its way to the engine, as text. */
export async function inspect(args: string[]): Promise<number> {
  const { values, positionals } = parse(args, { ...ARCHITECTURE_OPTIONS, ...ENGINE_OPTIONS }, true);
  const [file, ...others] = positionals;
  if (others.length > 0) throw new UsageError(`Expected one model file but received ${positionals.length}`);
  if (file === undefined && values.architecture === undefined) {
    throw new UsageError('Expected a model file or --architecture <name>');
  }
  const model = await loadWith(network({ ...values, model: file }), engineOptions(values), (stages) => {
    process.stdout.write(stagesText(stages));
  });
  model.close();
  return 0;
}
