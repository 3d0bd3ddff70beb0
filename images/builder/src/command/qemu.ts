import { statSync } from 'node:fs';
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
  /** The devices that the appliance declares; the machine has those for which `devices` has something. */
  readonly declared: readonly { readonly name: string; readonly type: string }[];
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
    ...blockOptions(boot),
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
  declared,
  devices: { taps, macs },
}: Boot): string[] {
  const device = model === 'microvm' ? 'virtio-net-device' : 'virtio-net-pci';
  const names = namesOf('network', declared);
  refuseUnknown('net', taps, names);
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

/** A disk is told by its serial number, so that their order does not matter. */
function blockOptions({ model, declared, devices: { disks, sectorSizes } }: Boot): string[] {
  const device = model === 'microvm' ? 'virtio-blk-device' : 'virtio-blk-pci';
  refuseUnknown('block', disks, namesOf('block', declared));
  return [...disks].flatMap(([name, file]) => {
    const size = sectorSizes.get(name);
    const sizes =
      size === undefined ? '' : `,logical_block_size=${size},physical_block_size=${size}`;
    // In a value of QEMU's options, a comma is written twice.
    const path = file.replaceAll(',', ',,');
    const drive = `if=none,id=${name},format=raw,file=${path}${isReadOnly(file) ? ',readonly=on' : ''}`;
    const serial = name.slice(0, SERIAL_LENGTH);
    return ['-drive', drive, '-device', `${device},drive=${name},serial=${serial}${sizes}`];
  });
}

/** As on other targets: root may write what nobody may, but is not meant to. */
function isReadOnly(file: string): boolean {
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats !== undefined && (stats.mode & ANYONE_MAY_WRITE) === 0;
}

const ANYONE_MAY_WRITE = 0o222;
const SERIAL_LENGTH = 20;

function namesOf(type: string, declared: Boot['declared']): string[] {
  return declared.filter((device) => device.type === type).map(({ name }) => name);
}

function refuseUnknown(
  option: string,
  given: ReadonlyMap<string, string>,
  names: readonly string[],
): void {
  const unknown = [...given.keys()].find((name) => !names.includes(name));
  if (unknown === undefined) return;
  const known = names.length === 0 ? 'there are none' : `they are ${names.join(', ')}`;
  throw new UsageError(`--${option}:${unknown} is none of the appliance's devices: ${known}`);
}

/** A word of a machine's command line, as Linux has it: quotes keep blanks together, nothing escapes. */
export function quoteWord(word: string): string {
  if (word.includes('"')) throw new UsageError(`${word}\n  expected a word without double quotes`);
  return /\s/.test(word) || word === '' ? `"${word}"` : word;
}
