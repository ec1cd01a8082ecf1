export const KERNELS: Record<string, string>;
export function formatted(name: string, text: string): string;
export function kernelFile(name: string): string;
