/** The boards of the table, and what has been counted of others in the same way: million instructions, million cycles, MB. */
import { ARCHITECTURES } from '../../scripts/arm_emulation.mjs';

/**
 * `model` is how llvm-mca calls the core; without one, the rule of cortex_a53.mjs. `clock` (GHz) is of a Pi 3B+, a Pi 4
 * at 1.8 GHz and a Pi 5; `bandwidth` (GB/s) is what one core gets from DRAM: it brings ncnn's published times of one
 * thread (its README) nearest to what predictedTime makes of its counts.
 */
const CORTEX_A53 = { clock: 1.4, bandwidth: 4 };
const CORTEX_A72 = { model: 'cortex-a72', clock: 1.8, bandwidth: 4.5 };
const CORTEX_A76 = { model: 'neoverse-n1', clock: 2.4, bandwidth: 15 };

/**
 * Caches are KB:ways, as count_plugin.c takes them. The emulator knows no 64-bit core by name in 32-bit mode. There
 * LLVM has a Cortex-A72 issue two vfma of 128 bits a cycle, which is more than it can: its float32 is left out.
 */
export const BOARDS = [
  { id: 'pi3', title: 'Pi 3 (A53)', architecture: 'arm64', cpu: 'cortex-a53', core: CORTEX_A53, caches: '32:4/512:16' },
  {
    id: 'pi4',
    title: 'Pi 4 (A72)',
    architecture: 'arm64',
    cpu: 'cortex-a72',
    core: CORTEX_A72,
    caches: '32:2/1024:16',
  },
  {
    id: 'pi5',
    title: 'Pi 5 (A76)',
    architecture: 'arm64',
    cpu: 'cortex-a76',
    core: CORTEX_A76,
    precisions: ['float32', 'float16', 'int8'],
    caches: '64:4/512:8/2048:16',
  },
  {
    id: 'pi3-32',
    title: 'Pi 3, armv7',
    architecture: 'arm',
    cpu: 'cortex-a15',
    core: CORTEX_A53,
    caches: '32:4/512:16',
  },
  {
    id: 'pi4-32',
    title: 'Pi 4, armv7',
    architecture: 'arm',
    cpu: 'cortex-a15',
    core: CORTEX_A72,
    precisions: ['int8'],
    caches: '32:2/1024:16',
  },
].map((board) => ({ precisions: ['float32', 'int8'], ...board, ...ARCHITECTURES[board.architecture] }));

/** Milliseconds of an inference on one core, as if it did nothing while it waits for DRAM. */
export const predictedTime = ({ core, cycles, dram }) => cycles / core.clock + dram / core.bandwidth;

/** By network and precision, then by board; counted with like tools. */
export const ANCHORS = {
  'v1 float32': {
    XNNPACK: {
      pi3: [332, 257, 308],
      pi4: [209, 158, 228],
      pi5: [199, 80, 110],
      'pi3-32': [438, 275, 417],
    },
    ncnn: { pi3: [335, 215, 205], pi4: [172, 155, 172], pi5: [172, 79, 143] },
  },
  'v2 float32': {
    XNNPACK: {
      pi3: [196, 156, 146],
      pi4: [123, 94, 125],
      pi5: [119, 49, 86],
      'pi3-32': [249, 163, 169],
    },
    ncnn: { pi3: [191, 130, 252], pi4: [104, 96, 209], pi5: [104, 50, 172] },
  },
  'v1 float16': { ncnn: { pi5: [90, 42, 51] } },
  'v2 float16': { ncnn: { pi5: [55, 27, 62] } },
  'v1 int8': {
    XNNPACK: {
      pi3: [219, 204, 35],
      pi4: [176, 88, 23],
      pi5: [69, 28, 16],
      'pi3-32': [264, 214, 34],
      'pi4-32': [295, 108, 21],
    },
    ncnn: { pi3: [155, 162, 98], pi4: [155, 87, 85], pi5: [63, 31, 65] },
  },
  'v2 int8': {
    XNNPACK: {
      pi3: [131, 123, 23],
      pi4: [116, 60, 21],
      pi5: [53, 23, 19],
      'pi3-32': [158, 127, 22],
      'pi4-32': [185, 73, 20],
    },
  },
};
