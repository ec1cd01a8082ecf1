export function standInForWorker(): void;
