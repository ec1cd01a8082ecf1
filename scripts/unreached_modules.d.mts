export function unreachedModules(
  manifest: { main?: string; exports?: unknown; bin?: unknown },
  paths: readonly string[],
  read: (path: string) => string,
): string[];
