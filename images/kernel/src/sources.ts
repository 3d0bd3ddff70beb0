/** The platforms that have a kernel of ours. */
export const PLATFORMS = ['unix', 'virtio'] as const;
export type Platform = (typeof PLATFORMS)[number];

/** What every platform's kernel consists of. */
const COMMON = [
  'main.c',
  'engine.c',
  'host.c',
  'wasi.c',
  'runtime.c',
  'entropy.c',
  'entropy-source.c',
  'math.c',
  'fault.c',
  'print.c',
  'string.c',
];

/** What kernels that move frames and blocks themselves share. */
const DEVICES = ['network.c', 'block.c'];

/** What kernels that have a machine of their own share. */
const MACHINE = ['boot/pvh.S', 'boot/start-info.c', 'cpu/trap.S', 'cpu/trap.c', 'cpu/paging.c'];

const PLATFORM: Record<Platform, readonly string[]> = {
  unix: [
    'start.S',
    'start.c',
    'options.c',
    'network.c',
    'block.c',
    'memory.c',
    'sandbox.c',
    'signal.c',
    'time.c',
  ],
  virtio: [
    'start.c',
    'serial.c',
    'power.c',
    'apic.c',
    'time.c',
    'pvclock.c',
    'pit.c',
    'rtc.c',
    'registers.c',
  ],
};

/** The source files of one platform's kernel, relative to this package. */
export function kernelSources(platform: Platform): string[] {
  const shared = platform === 'unix' ? DEVICES : MACHINE;
  const own = PLATFORM[platform].map((file) => `platform/${platform}/${file}`);
  return [...COMMON, ...shared, ...own];
}
