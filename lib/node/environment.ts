/** An environment variable; undefined where it is not set or empty, and where the runtime (Deno) lets us read none. */
export function environmentVariable(name: string): string | undefined {
  try {
    return process.env[name] || undefined;
  } catch {
    return undefined;
  }
}
