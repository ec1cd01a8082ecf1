/** Why the native addon is not there, and what to do: most of whom it concerns have installed the package and build nothing. */
import { isError, messageOf } from '../../base/bytes';
import { MobileNetEdgeError } from '../../base/errors';
import { permissionRemedy } from '../permissions';

/** For which an addon is in the package; others are built from a checkout. */
const PREBUILT = ['linux-x64', 'linux-arm64', 'linux-arm'];

const AGAIN = 'install mobilenet-edge again, with its dependencies';

/** `cause`: what node-gyp-build threw, or what require() of it did. */
export function addonUnavailable(cause: unknown): MobileNetEdgeError {
  const target = `${process.platform}-${process.arch}`;
  const [reason] = messageOf(cause).split('\n');
  return new MobileNetEdgeError(
    'BACKEND_UNAVAILABLE',
    `Expected the native addon for ${target} but it cannot be loaded (${reason})${remedyOf(cause, target)}; backend 'wasm' needs none`,
    { cause },
  );
}

function remedyOf(cause: unknown, target: string): string {
  const permission = permissionRemedy(cause);
  if (permission) return permission;
  switch ((cause as Partial<NodeJS.ErrnoException> | undefined)?.code) {
    case 'ERR_DLOPEN_DISABLED':
      return ': start Node without --no-addons';
    case 'MODULE_NOT_FOUND':
      return `: ${AGAIN}`;
    case 'ERR_DLOPEN_FAILED':
      return `: the file is damaged or of another system, ${AGAIN}`;
  }
  // What node-gyp-build says where it finds no file that fits.
  if (isError(cause) && /^No native build was found/.test(cause.message)) {
    return PREBUILT.includes(target) ? `: ${AGAIN}` : `: the package has addons for ${PREBUILT.join(', ')}`;
  }
  return '';
}
