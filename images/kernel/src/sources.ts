/** The platforms that have a kernel of ours. */
export const PLATFORMS = ['unix', 'hvt', 'spt', 'virtio', 'xen'] as const;
export type Platform = (typeof PLATFORMS)[number];

/** What every platform's kernel consists of. */
const COMMON = [
  'main.c',
  'engine.c',
  'snapshot.c',
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
const DEVICES = ['network.c', 'responder.c', 'block.c'];

/** What kernels that have a machine of their own share. */
const MACHINE = ['cpu/trap.S', 'cpu/trap.c', 'cpu/paging.c', 'cpu/vector.c'];

const BOOT = ['boot/pvh.S', 'boot/start-info.c', 'boot/machine.c'];

/** What the folders of both platforms of Solo5 share. */
const SOLO5 = ['platform/solo5/start.c', 'platform/solo5/devices.c'];

const PLATFORM: Record<Platform, readonly string[]> = {
  unix: [
    ...DEVICES,
    ...folder('unix', ['start.S', 'start.c', 'options.c', 'network.c', 'block.c']),
    ...folder('unix', ['memory.c', 'sandbox.c', 'signal.c', 'time.c']),
  ],
  hvt: [...DEVICES, ...MACHINE, ...SOLO5, ...folder('hvt', ['start.c', 'network.c', 'block.c'])],
  spt: [...DEVICES, ...SOLO5, ...folder('spt', ['start.c'])],
  virtio: [
    ...BOOT,
    ...MACHINE,
    ...folder('virtio', ['start.c', 'serial.c', 'power.c', 'apic.c', 'time.c']),
    ...folder('virtio', ['pvclock.c', 'pit.c', 'rtc.c', 'registers.c']),
    'cpu/pvclock.c',
  ],
  xen: [
    ...BOOT,
    ...MACHINE,
    ...folder('xen', ['start.c', 'hypercall.c', 'memory.c', 'events.c', 'grants.c', 'rings.c']),
    ...folder('xen', ['time.c', 'power.c']),
    'cpu/pvclock.c',
  ],
};

function folder(platform: Platform, files: readonly string[]): string[] {
  return files.map((file) => `platform/${platform}/${file}`);
}

/** The source files of one platform's kernel, relative to this package. */
export function kernelSources(platform: Platform): string[] {
  return [...COMMON, ...PLATFORM[platform]];
}
