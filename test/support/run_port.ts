import type { Session } from '../../lib/engines/engine';
import type { TensorValues } from '../../lib/graph/graph';
import type { Port } from '../../lib/program/program';

/** The values of one port after a run. */
export async function runPort(
  session: Pick<Session, 'run'>,
  input: TensorValues,
  port: Port,
  signal?: AbortSignal,
): Promise<TensorValues> {
  const [values] = await session.run(input, [port], signal);
  return values;
}
