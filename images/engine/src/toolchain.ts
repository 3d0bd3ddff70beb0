import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/**
 * Where linear memory starts in every image, on every target. It is a constant of the compiled engine:
 * each load and store carries it as its displacement. See docs/decisions/0001-linear-memory-base.md.
 */
export const LINEAR_MEMORY_BASE = 0x80_0000;

/** Where the image itself is linked. */
export const IMAGE_BASE = 0x10_0000;

/** The native stack ends at {@link LINEAR_MEMORY_BASE} and grows down to here; below is a guard. */
export const STACK_BOTTOM = 0x48_0000;

/** C headers that stand in for those of a C library. */
export const INCLUDE = join(import.meta.dirname, '../include');

/** What all C in an image is compiled with: no libc, no position independence, no host-dependent output. */
const COMMON_FLAGS = [
  '-std=c11',
  '-O2',
  '-ffreestanding',
  '-fno-builtin-malloc',
  '-fno-pic',
  '-fno-pie',
  '-mcmodel=small',
  '-m64',
  '-march=x86-64',
  '-mtune=generic',
  '-ffunction-sections',
  '-fdata-sections',
  '-fno-asynchronous-unwind-tables',
  '-fno-unwind-tables',
  '-fno-common',
  '-fcf-protection=none',
  '-fno-stack-clash-protection',
  '-fno-ident',
  '-U_FORTIFY_SOURCE',
  `-DLINEAR_MEMORY_BASE=0x${LINEAR_MEMORY_BASE.toString(16)}`,
  `-DSTACK_BOTTOM=0x${STACK_BOTTOM.toString(16)}`,
  '-isystem',
  INCLUDE,
];

/**
 * For what wasm2c writes. Linear memory is bounded by unmapped space, so nothing checks an address.
 * Nothing above SSE2 is asked of the CPU: rounding is the kernel's `math.c`.
 */
export const ENGINE_FLAGS: readonly string[] = [
  ...COMMON_FLAGS,
  '-w',
  '-fno-stack-protector',
  '-fno-math-errno',
  '-fno-trapping-math',
];

/** For the kernel: plain x86-64, since it must be able to say that the CPU is too old. */
export const KERNEL_FLAGS: readonly string[] = [
  ...COMMON_FLAGS,
  '-Wall',
  '-Wextra',
  '-Wno-unused-parameter',
  '-Werror',
  '-fstack-protector-strong',
];

const run = promisify(execFile);
const compiler = process.env.CC ?? 'cc';

/** Runs the host's C compiler in `directory`; its messages are the exception's. Answers its output. */
export async function cc(args: readonly string[], directory: string): Promise<string> {
  try {
    // Relative names and a mapped prefix keep the place of the build out of its result.
    const prefix = `-ffile-prefix-map=${directory}=.`;
    const { stdout } = await run(compiler, [prefix, ...args], {
      cwd: directory,
      maxBuffer: 1 << 28,
      env: { ...process.env, LC_ALL: 'C', SOURCE_DATE_EPOCH: '0' },
    });
    return stdout;
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    const reason = stderr || message;
    const [, advice] = MISSING.find(([sign]) => reason.includes(sign)) ?? [];
    throw new Error(`${compiler} failed: ${reason}${advice === undefined ? '' : `\n${advice}`}`);
  }
}

/** What to do about what a machine most often lacks. */
const MISSING = [
  ['ENOENT', 'There is no C compiler: Debian has one in the packages gcc and binutils.'],
  ['bearssl.h', 'Debian has that header in the package libbearssl-dev.'],
  ['sodium/', 'Debian has that header in the package libsodium-dev.'],
  ['openssl/', 'Debian has that header in the package libssl-dev.'],
] as const;

/** The compiler's name and version, as it belongs into an image's note. */
export function compilerVersion(): Promise<string> {
  version ??= run(compiler, ['--version']).then(({ stdout }) => stdout.split('\n', 1)[0]);
  return version;
}

let version: Promise<string> | undefined;
