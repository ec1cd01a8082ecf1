type Schema = typeof import('../lib/program/schema') &
  typeof import('../lib/program/fields') &
  typeof import('../lib/program/limits') &
  typeof import('../lib/program/unary');
type Constants = typeof import('../lib/program/constants');
type Team = typeof import('../lib/program/team');
export function generatedFiles(schema: Schema, constants: Constants, team: Team): { [path: string]: string };
