export const ISAS: readonly { name: string; within?: string; architecture?: string }[];
export function kernelsGypi(): string;
export function isasModule(): string;
