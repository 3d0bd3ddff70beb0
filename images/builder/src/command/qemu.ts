import { UsageError } from '../usage.ts';
import type { DeviceOptions } from './devices.ts';

/** The machines of QEMU that boot an image for virtio; microvm has virtio over MMIO, the others over PCI. */
export const MACHINES = ['microvm', 'q35', 'pc'] as const;

/** Software emulation, which runs everywhere, or the host's hypervisor. */
export const ACCELERATIONS = ['tcg', 'kvm'] as const;

export interface Boot {
  readonly image: string;
  readonly model: (typeof MACHINES)[number];
  readonly acceleration: (typeof ACCELERATIONS)[number];
  /** QEMU's name for it; the host's own, or all that can be emulated, when left out. */
  readonly cpu?: string;
  /** Leaves virtio over MMIO in its legacy form, as QEMU 7 does unless told otherwise. */
  readonly isLegacy?: boolean;
  /** In MiB. */
  readonly memory: string;
  /** The network devices that the appliance declares; the machine has those that a TAP was given for. */
  readonly names: readonly string[];
  readonly devices: DeviceOptions;
  readonly bootArguments: readonly string[];
}

/** The command line of QEMU. */
export function qemuCommand(boot: Boot): string[] {
  const { image, acceleration, memory, bootArguments } = boot;
  const { cpu = acceleration === 'kvm' ? 'host' : 'max' } = boot;
  return [
    'qemu-system-x86_64',
    ...['-M', boot.model, '-accel', acceleration],
    ...['-cpu', cpu, '-m', memory],
    ...['-nodefaults', '-no-user-config', '-no-reboot'],
    ...['-display', 'none', '-monitor', 'none', '-serial', 'stdio'],
    ...['-device', 'isa-debug-exit,iobase=0xf4,iosize=0x04'],
    ...networkOptions(boot),
    ...['-kernel', image, '-append', bootArguments.map(quoteWord).join(' ')],
  ];
}

/**
 * The appliance's exit status: the isa-debug-exit device makes 2n + 1 of the number n written to it.
 * QEMU itself fails with status 1 as well, but it says so: `complaint` is what it wrote.
 */
export function exitStatus(status: number, complaint: string): number {
  const failed = /^qemu-system-x86_64: (?!warning)/m.test(complaint);
  return failed || status % 2 === 0 ? status : (status - 1) / 2;
}

function networkOptions({
  model,
  isLegacy = false,
  names,
  devices: { taps, macs },
}: Boot): string[] {
  const device = model === 'microvm' ? 'virtio-net-device' : 'virtio-net-pci';
  const unknown = [...taps.keys()].find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new UsageError(`--net:${unknown}: the devices are ${names.join(', ')}`);
  }
  const modern =
    model === 'microvm' && !isLegacy ? ['-global', 'virtio-mmio.force-legacy=false'] : [];
  // The n-th network device of the machine is the n-th that the appliance declares.
  const links = names.flatMap((name) => {
    const tap = taps.get(name);
    if (tap === undefined) return [];
    const mac = macs.get(name);
    return [
      ...['-netdev', `tap,id=${name},ifname=${tap},script=no,downscript=no`],
      ...['-device', `${device},netdev=${name}${mac === undefined ? '' : `,mac=${mac}`}`],
    ];
  });
  return [...modern, ...links];
}

/** A word of the kernel's command line, as Linux has it: quotes keep blanks together, nothing escapes. */
function quoteWord(word: string): string {
  if (word.includes('"')) throw new UsageError(`${word}\n  expected a word without double quotes`);
  return /\s/.test(word) || word === '' ? `"${word}"` : word;
}
