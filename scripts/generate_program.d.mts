type Schema = typeof import('../lib/program/schema') &
  typeof import('../lib/program/fields') &
  typeof import('../lib/program/limits');
export function generatedFiles(schema: Schema): { [path: string]: string };
