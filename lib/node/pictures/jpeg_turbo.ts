/**
 * libjpeg-turbo as WebAssembly, from @cwasm/jpeg-turbo, put into our package by scripts/build_node.mjs: the pixels are those
 * of libjpeg, sharp and Chromium, to the bit. Of that package only the module is used, through TurboJPEG's C API
 * (turbojpeg.h): its JavaScript refuses every file that libjpeg-turbo reads with a warning, knows no CMYK, and loses memory
 * with each damaged file.
 */
import { refusedMemory } from '../../base/web_assembly';
import { unsupportedImage } from '../../image/image';
import { readJpegTurbo } from '../package_files';

interface TurboJpeg {
  memory: WebAssembly.Memory;
  malloc(bytes: number): number;
  free(pointer: number): void;
  tjInitDecompress(): number;
  tjDestroy(handle: number): number;
  /** Gives -1 after a warning too. */
  tjDecompress2(
    handle: number,
    file: number,
    fileBytes: number,
    pixels: number,
    width: number,
    pitch: number,
    height: number,
    format: number,
    flags: number,
  ): number;
}

/** TurboJPEG's TJPF_GRAY, TJPF_RGB and TJPF_CMYK, by channels. */
const PIXEL_FORMATS = { 1: 6, 3: 0, 4: 11 } as const;
/** What an instance may keep between pictures. */
const MAX_KEPT_BYTES = 64 * 2 ** 20;

let compiled: WebAssembly.Module | undefined;
let instance: TurboJpeg | undefined;

export interface Decoded {
  /** width * height * channels samples. */
  data: Uint8Array;
  /** Whether libjpeg-turbo warned: the file is damaged, or more is in it than a picture. */
  warned: boolean;
}

/**
 * Decodes the JPEG that `file` and an EOI make. Extents are those of its header. Returns undefined where libjpeg-turbo gives up.
 * Throws IMAGE_UNSUPPORTED where there is no WebAssembly, or not the memory.
 */
export function decodeTurbo(
  file: Uint8Array,
  width: number,
  height: number,
  channels: keyof typeof PIXEL_FORMATS,
): Decoded | undefined {
  instance ??= instantiate();
  const turbo = instance;
  let whole = false;
  try {
    const source = allocate(turbo, file.length + 2);
    const pixels = allocate(turbo, width * height * channels);
    const heap = new Uint8Array(turbo.memory.buffer);
    heap.set(file, source);
    heap.set([0xff, 0xd9], source + file.length);
    const handle = turbo.tjInitDecompress();
    const format = PIXEL_FORMATS[channels];
    const status = turbo.tjDecompress2(handle, source, file.length + 2, pixels, width, 0, height, format, 0);
    const data = new Uint8Array(turbo.memory.buffer, pixels, width * height * channels).slice();
    for (const pointer of [source, pixels]) turbo.free(pointer);
    turbo.tjDestroy(handle);
    whole = true;
    return { data, warned: status !== 0 };
  } catch (error) {
    if (error instanceof GivenUp) return undefined;
    throw error;
  } finally {
    // Memory never shrinks, and a decoder that was left by an exception cannot go on.
    if (!whole || turbo.memory.buffer.byteLength > MAX_KEPT_BYTES) instance = undefined;
  }
}

/** Thrown through the module's frames, in place of C's longjmp(). */
class GivenUp extends Error {}

function allocate(turbo: TurboJpeg, bytes: number): number {
  const pointer = turbo.malloc(bytes) >>> 0;
  if (pointer === 0) throw unsupportedImage('There is no memory for the pixels of this JPEG: make the picture smaller');
  return pointer;
}

/** An instance with the memory that its module makes. Throws OUT_OF_MEMORY. */
function newInstance(module: WebAssembly.Module, imports: WebAssembly.Imports): WebAssembly.Instance {
  try {
    return new WebAssembly.Instance(module, imports);
  } catch (cause) {
    throw refusedMemory('the WebAssembly memory of the decoder of JPEG', cause);
  }
}

function instantiate(): TurboJpeg {
  if (typeof WebAssembly === 'undefined') {
    throw unsupportedImage(
      'The built-in decoder of JPEG needs WebAssembly, which this Node has not: install sharp, or allow WebAssembly',
    );
  }
  const giveUp = () => {
    throw new GivenUp();
  };
  compiled ??= new WebAssembly.Module(readJpegTurbo());
  const { exports } = newInstance(compiled, {
    env: { setjmp: () => 0, longjmp: giveUp },
    wasi_snapshot_preview1: {
      environ_sizes_get: () => 0,
      environ_get: giveUp,
      proc_exit: giveUp,
      fd_close: giveUp,
      fd_seek: giveUp,
      fd_write: giveUp,
    },
  });
  return exports as unknown as TurboJpeg;
}
