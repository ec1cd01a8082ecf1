/** What a runtime refuses unless a flag allows it: Node under --permission, Deno. */

/** By the `permission` of Node's errors, whose messages name the flag from Node 22 on only. */
const NODE_FLAGS: Record<string, string> = { FileSystemRead: '--allow-fs-read', WorkerThreads: '--allow-worker' };

/** The flag that would allow what failed with `error`; undefined where permissions are not why it failed. */
export function missingFlag(error: unknown): string | undefined {
  const { code, name, message, permission } = (error ?? {}) as Partial<NodeJS.ErrnoException> & { permission?: string };
  switch (code) {
    case 'ERR_ACCESS_DENIED':
      return NODE_FLAGS[permission ?? ''] ?? flagIn(message);
    case 'ERR_DLOPEN_DISABLED':
      // Also with --no-addons, which is no matter of permissions.
      return 'permission' in process ? '--allow-addons' : undefined;
    default:
      return name === 'NotCapable' ? flagIn(message) : undefined;
  }
}

function flagIn(message: string | undefined): string | undefined {
  return /--allow-[a-z-]+/.exec(message ?? '')?.[0];
}

/** The end of a message, ": allow it with --allow-worker"; empty where permissions are not why it failed. */
export function permissionRemedy(error: unknown): string {
  const flag = missingFlag(error);
  return flag === undefined ? '' : `: the runtime's permissions refuse it, allow it with ${flag}`;
}
