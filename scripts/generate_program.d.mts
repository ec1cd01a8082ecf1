type Schema = typeof import('../lib/program/schema') & typeof import('../lib/program/limits');
export function programHeader(schema: Schema): string;
export function programModule(schema: Schema): string;
