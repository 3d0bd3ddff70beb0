import { spawn, spawnSync } from 'node:child_process';
import type { Ended } from './image.ts';

const QEMU = 'qemu-system-x86_64';

/** Whether QEMU is missing here, which the console is then told. In CI that is an error. */
export function lacksQemu(): boolean {
  if (spawnSync(QEMU, ['--version']).status === 0) return false;
  if (process.env.CI) throw new Error(`this test cannot run in CI: ${QEMU} is missing`);
  process.stderr.write(`skipped: the program ${QEMU} is missing\n`);
  return true;
}

export interface MachineOptions {
  readonly model?: 'microvm' | 'microvm,acpi=off' | 'q35' | 'pc';
  readonly cpu?: string;
  /** In MiB. */
  readonly memory?: number;
  /** Without it a machine ends without a status. */
  readonly hasDebugExit?: boolean;
}

function commandLine(image: string, words: string, options: MachineOptions): string[] {
  const { model = 'microvm', cpu = 'max', memory = 32, hasDebugExit = true } = options;
  return [
    ...['-M', model, '-accel', 'tcg', '-cpu', cpu, '-m', `${memory}`],
    ...['-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none', '-serial', 'stdio'],
    ...(hasDebugExit ? ['-device', 'isa-debug-exit,iobase=0xf4,iosize=0x04'] : []),
    ...['-kernel', image, '-append', words],
  ];
}

/** Boots an image in QEMU's software emulation and waits for its end. */
export function boot(image: string, words = '', options: MachineOptions = {}): Ended {
  const { status, signal, stdout } = spawnSync(QEMU, commandLine(image, words, options), {
    encoding: 'utf8',
    timeout: 10_000,
  });
  return {
    status: status !== null && status % 2 === 1 ? status >> 1 : status,
    signal,
    output: stdout,
  };
}

/** Boots an image; calls `check` with the number of QEMU's process once it has written something. */
export async function whileUp(
  image: string,
  words: string,
  options: MachineOptions,
  check: (pid: number) => Promise<void>,
): Promise<void> {
  const child = spawn(QEMU, commandLine(image, words, options), {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.on('close', resolve));
  try {
    await Promise.race([new Promise((resolve) => child.stdout.once('data', resolve)), ended]);
    await check(child.pid as number);
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
}
