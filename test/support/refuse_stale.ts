/**
 * A globalSetup: refuses to run tests of code that is not what lib, assembly and native say. Tests run lib itself, but threads,
 * processes and pages run dist, and engines their modules.
 */
import type { TestProject } from 'vitest/node';
import { isBuilt, type Output, staleness } from '../../scripts/build_stamps.mjs';

function needs(project: string): Output[] {
  if (project === 'browser') return ['wasm', 'dist'];
  // test/arm: the project is named for what it emulates.
  if (project === 'arm' || project === 'arm64') return ['wasm', 'dist', `prebuild-${project}`];
  // Where there is no compiler there is no addon, and its tests say that they are skipped.
  const prebuilt = `prebuild-${process.arch}` as Output;
  if (isBuilt('addon')) return ['addon', 'wasm', 'dist'];
  const known = process.platform === 'linux' && ['x64', 'arm64', 'arm'].includes(process.arch);
  return known && isBuilt(prebuilt) ? [prebuilt, 'wasm', 'dist'] : ['wasm', 'dist'];
}

/** What is stale for a project, and what to do; undefined if nothing is. */
export function staleFor(project: string): string | undefined {
  const stale = needs(project).flatMap((output) => staleness(output) ?? []);
  if (stale.length === 0) return undefined;
  const commands = stale.map(({ command }) => command);
  return `These tests would run old code: ${stale.map(({ reason }) => reason).join('; ')}. Run \`${commands.join(' && ')}\``;
}

export default function refuseStale(project: TestProject): void {
  const check = () => {
    const stale = staleFor(project.name);
    if (stale) throw new Error(stale);
  };
  check();
  project.onTestsRerun(check);
}
