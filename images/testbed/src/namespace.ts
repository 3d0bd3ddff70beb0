import { execFileSync } from 'node:child_process';
import { abandoned, PREFIX, removedAtExit } from './leftovers.ts';
import type { Command } from './process.ts';
import { Running, run, succeed } from './process.ts';

export interface NamespaceOptions {
  /** Whether there is IPv6, with link-local addresses: not when left out. */
  readonly ipv6?: boolean;
}

/** A network namespace of this process. It is removed at exit at the latest. */
export class Namespace {
  readonly name: string;
  /** Kills what still runs inside and removes it, with all its interfaces. */
  readonly remove: () => void;

  constructor(role: string, { ipv6 = false }: NamespaceOptions = {}) {
    const name = `${PREFIX}${++count}-${role}`;
    this.name = name;
    this.remove = removedAtExit(() => removeNamespace(name));
    ip(['netns', 'add', name]);
    // Without IPv6 the kernel sends nothing by itself: all traffic is the test's own.
    for (const scope of ['all', 'default']) {
      this.set(`net.ipv6.conf.${scope}.disable_ipv6`, ipv6 ? '0' : '1');
      // Addresses are what the test says, and can be used at once.
      this.set(`net.ipv6.conf.${scope}.accept_ra`, '0');
      this.set(`net.ipv6.conf.${scope}.accept_dad`, '0');
    }
    this.configure('link set lo up');
  }

  /** Where a process finds it. */
  get path(): string {
    return `/run/netns/${this.name}`;
  }

  /** Gives lines of configuration to `ip` inside the namespace. */
  configure(...lines: string[]): void {
    ip(['-n', this.name, '-batch', '-'], lines.join('\n'));
  }

  /** Sets a variable of the kernel, named as for sysctl, where the kernel has it. */
  set(variable: string, value: string): void {
    const file = `/proc/sys/${variable.replaceAll('.', '/')}`;
    const script = `if [ -e ${file} ]; then echo ${value} > ${file}; fi`;
    ip(['netns', 'exec', this.name, 'sh', '-c', script]);
  }

  /** `command`, as it has to be called from outside; it becomes the same process. */
  inside(command: Command): Command {
    return ['ip', 'netns', 'exec', this.name, ...command];
  }

  run(command: Command, options?: Parameters<typeof run>[1]) {
    return run(this.inside(command), options);
  }

  succeed(command: Command, options?: Parameters<typeof succeed>[1]) {
    return succeed(this.inside(command), options);
  }

  start(command: Command, options?: ConstructorParameters<typeof Running>[1]) {
    return new Running(this.inside(command), options);
  }
}

let count = 0;

/** Removes what killed processes left behind. */
export function sweepNamespaces(): void {
  const names = ip(['netns', 'list'])
    .split('\n')
    .map((line) => line.split(' ')[0]);
  for (const name of abandoned(names)) removeNamespace(name);
}

function removeNamespace(name: string): void {
  try {
    for (const pid of ip(['netns', 'pids', name]).split('\n')) {
      if (pid !== '') kill(Number(pid));
    }
    ip(['netns', 'delete', name]);
  } catch {
    // Another process was faster.
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}

function ip(words: readonly string[], input = ''): string {
  return execFileSync('ip', words, { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] });
}
