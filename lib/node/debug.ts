import { MobileNetEdgeError } from '../base/errors';
import type { Stages } from '../model/assemble_model';
import { graphListing } from '../ops/graph_listing';
import { listing } from '../program/listing';
import { environmentVariable } from './environment';

/** What a model became on its way to the engine: the graph of its file, the one that is compiled, the program. */
export function stagesText({ read, simplified, program, engine, precision }: Stages): string {
  return [
    `; graph of the file\n${graphListing(read)}`,
    `; simplified, ${precision}\n${graphListing(simplified)}`,
    `; program for ${engine.backend}, ${engine.isa}\n${listing(program)}`,
  ]
    .map((stage) => `${stage}\n`)
    .join('\n');
}

/**
 * What load() does with the stages of a model: with MOBILENET_EDGE_DEBUG=program prints them on stderr. Throws INVALID_ARGUMENT
 * for another value.
 */
export function stagesPrinter(): ((stages: Stages) => void) | undefined {
  const wanted = environmentVariable('MOBILENET_EDGE_DEBUG');
  if (wanted === undefined) return undefined;
  if (wanted === 'program') return (stages) => process.stderr.write(stagesText(stages));
  throw new MobileNetEdgeError(
    'INVALID_ARGUMENT',
    `Expected the environment variable MOBILENET_EDGE_DEBUG to be 'program' but received '${wanted}'`,
  );
}
