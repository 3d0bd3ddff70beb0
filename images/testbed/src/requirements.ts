import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** `root`, `netns` and `tap`, or the name of a program on the PATH. */
export type Requirement = string;

/**
 * Whether something that a test needs is missing here. It then says so on the console, for
 * `describe.skipIf(lacks(...))`. In CI (the variable CI is set) it throws instead: there a test that
 * cannot run is a failure.
 */
export function lacks(...requirements: Requirement[]): boolean {
  return skipped(requirements.map(absence).find((reason) => reason !== undefined));
}

/** The same for a reason that was found already; nothing is missing when there is none. */
export function skipped(reason: string | undefined): boolean {
  if (reason === undefined) return false;
  if (process.env.CI) throw new Error(`this test cannot run in CI: ${reason}`);
  if (!told.has(reason)) process.stderr.write(`skipped: ${reason}\n`);
  told.add(reason);
  return true;
}

const told = new Set<string>();

/** Why a requirement is not met. */
export function absence(requirement: Requirement): string | undefined {
  switch (requirement) {
    case 'root':
      return process.getuid?.() === 0 ? undefined : 'only root may make network namespaces';
    case 'netns':
      return existsSync('/proc/self/ns/net') && absence('ip') === undefined
        ? undefined
        : 'network namespaces need Linux and the program ip';
    case 'tap':
      return existsSync('/dev/net/tun') ? undefined : 'TAP devices need /dev/net/tun';
    default:
      return which(requirement) === undefined ? `the program ${requirement} is missing` : undefined;
  }
}

/** Where the program `name` is; Debian keeps servers where only root's PATH leads. */
export function which(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
