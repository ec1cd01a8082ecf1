/** What load() tells of its progress once the file is read, compiled, and in the engine. */
export const PROGRESS = { read: 0.5, compiled: 0.9, loaded: 1 } as const;
