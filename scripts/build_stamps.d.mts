export type Output = 'addon' | 'wasm' | 'dist' | 'prebuild-x64' | 'prebuild-arm64' | 'prebuild-arm';
export function hashSources(output: Output): Record<string, string>;
export function isBuilt(output: Output): boolean;
export function removeStamp(output: Output): void;
export function writeStamp(output: Output, hashes: Record<string, string>, settings?: object): void;
export function staleness(output: Output): { reason: string; command: string } | undefined;
