/** The boards of the table, and what has been counted of others in the same way: million instructions, million cycles, MB. */

/** `model` is how llvm-mca calls the core; without one, the A53 rule of armest.py. Caches as the counting plugin takes them. */
export const BOARDS = [
  { id: 'pi3', title: 'Pi 3 (A53)', cpu: 'cortex-a53', caches: '32:4/512:16' },
  { id: 'pi4', title: 'Pi 4 (A72)', cpu: 'cortex-a72', model: 'cortex-a72', caches: '32:2/1024:16' },
  { id: 'pi5', title: 'Pi 5 (A76)', cpu: 'cortex-a76', model: 'neoverse-n1', caches: '64:4/512:8/2048:16' },
];

/** By network and precision, then by board; counted with the same tools. */
export const ANCHORS = {
  'v1 float32': {
    XNNPACK: { pi3: [332, 257, 308], pi4: [209, 158, 228], pi5: [199, 80, 110] },
    ncnn: { pi3: [335, 215, 205], pi4: [172, 155, 172], pi5: [172, 79, 143] },
  },
  'v2 float32': {
    XNNPACK: { pi3: [196, 156, 146], pi4: [123, 94, 125], pi5: [119, 49, 86] },
    ncnn: { pi3: [191, 130, 252], pi4: [104, 96, 209], pi5: [104, 50, 172] },
  },
  'v1 int8': {
    XNNPACK: { pi3: [219, 204, 35], pi4: [176, 88, 23], pi5: [69, 28, 16] },
    ncnn: { pi3: [155, 162, 98], pi4: [155, 87, 85], pi5: [63, 31, 65] },
  },
  'v2 int8': {
    XNNPACK: { pi3: [131, 123, 23], pi4: [116, 60, 21], pi5: [53, 23, 19] },
  },
};
