import type { Host } from '@atoll/device/host';
import type { Result } from '@atoll/result/result';
import { misconfigured, ok } from '@atoll/result/result';
import { PAGE_SIZE } from './queue.ts';
import { Registers } from './registers.ts';
import type { QueueAreas, Transport } from './transport.ts';

/** Where a virtio-mmio device is. */
export interface MmioPlace {
  /** Physical. */
  readonly address: number;
  /** The lines of which one is the device's; which one may depend on the machine. */
  readonly lines: readonly number[];
}

/** Offsets of registers, all of 32 bits (virtio 1.2, section 4.2.2). */
const MAGIC = 0x000;
const VERSION = 0x004;
const DEVICE_ID = 0x008;
const DEVICE_FEATURES = 0x010;
const DEVICE_FEATURES_SELECT = 0x014;
const DRIVER_FEATURES = 0x020;
const DRIVER_FEATURES_SELECT = 0x024;
const QUEUE_SELECT = 0x030;
const QUEUE_SIZE_MAX = 0x034;
const QUEUE_SIZE = 0x038;
const QUEUE_READY = 0x044;
const QUEUE_NOTIFY = 0x050;
const INTERRUPT_STATUS = 0x060;
const INTERRUPT_ACKNOWLEDGE = 0x064;
const STATUS = 0x070;
const QUEUE_DESCRIPTORS = 0x080;
const QUEUE_AVAILABLE = 0x090;
const QUEUE_USED = 0x0a0;
const CONFIGURATION = 0x100;

/** Those of legacy devices in the place of queue areas and QUEUE_READY (section 4.2.4). */
const GUEST_PAGE_SIZE = 0x028;
const QUEUE_ALIGN = 0x03c;
const QUEUE_PAGE = 0x040;

const WINDOW = 0x200;
const MAGIC_VALUE = 0x7472_6976; // "virt"

/** The device of the type `type` at `place`, or `undefined` where there is none. */
export function openMmio(
  host: Host,
  place: MmioPlace,
  type: number,
): Result<Transport | undefined> {
  const name = `virtio-mmio device at 0x${place.address.toString(16)}`;
  const registers = new Registers(host, place.address, WINDOW);
  if (registers.read(MAGIC, 4) !== MAGIC_VALUE) return ok(undefined);
  if (registers.read(DEVICE_ID, 4) !== type) return ok(undefined);
  const version = registers.read(VERSION, 4);
  if (version !== LEGACY && version !== MODERN) {
    return misconfigured(`the ${name} has the unknown version ${version}`);
  }
  if (!place.lines.some((line) => host.interruptLine(line))) {
    return misconfigured(`the ${name} has interrupt line ${place.lines}, which does not exist`);
  }
  const isLegacy = version === LEGACY;
  return ok(isLegacy ? new LegacyTransport(name, registers) : new MmioTransport(name, registers));
}

const LEGACY = 1;
const MODERN = 2;

class MmioTransport implements Transport {
  readonly place: string;
  readonly isLegacy: boolean = false;
  protected readonly registers: Registers;

  constructor(place: string, registers: Registers) {
    this.place = place;
    this.registers = registers;
  }

  readStatus(): number {
    return this.registers.read(STATUS, 4);
  }

  writeStatus(status: number): void {
    this.registers.write(STATUS, 4, status);
  }

  readFeatures(word: 0 | 1): number {
    this.registers.write(DEVICE_FEATURES_SELECT, 4, word);
    return this.registers.read(DEVICE_FEATURES, 4);
  }

  writeFeatures(word: 0 | 1, bits: number): void {
    this.registers.write(DRIVER_FEATURES_SELECT, 4, word);
    this.registers.write(DRIVER_FEATURES, 4, bits);
  }

  readConfiguration(offset: number): number {
    return this.registers.read(CONFIGURATION + offset, 1);
  }

  queueCapacity(queue: number): number {
    this.registers.write(QUEUE_SELECT, 4, queue);
    // A queue that is in use already after a reset belongs to a device that does not reset.
    return this.registers.read(QUEUE_READY, 4) === 0 ? this.registers.read(QUEUE_SIZE_MAX, 4) : 0;
  }

  startQueue(queue: number, size: number, areas: QueueAreas): Result<void> {
    this.registers.write(QUEUE_SELECT, 4, queue);
    this.registers.write(QUEUE_SIZE, 4, size);
    this.registers.writeWide(QUEUE_DESCRIPTORS, areas.descriptors);
    this.registers.writeWide(QUEUE_AVAILABLE, areas.available);
    this.registers.writeWide(QUEUE_USED, areas.used);
    this.registers.write(QUEUE_READY, 4, 1);
    return ok(undefined);
  }

  notify(queue: number): void {
    this.registers.write(QUEUE_NOTIFY, 4, queue);
  }

  acknowledge(): void {
    // The line stays up until all causes are acknowledged, and only a rising line interrupts.
    const causes = this.registers.read(INTERRUPT_STATUS, 4);
    if (causes !== 0) this.registers.write(INTERRUPT_ACKNOWLEDGE, 4, causes);
  }
}

/** QEMU's default. The registers have the same places; queues are told by their page. */
class LegacyTransport extends MmioTransport {
  override readonly isLegacy = true;

  override queueCapacity(queue: number): number {
    this.registers.write(QUEUE_SELECT, 4, queue);
    return this.registers.read(QUEUE_PAGE, 4) === 0 ? this.registers.read(QUEUE_SIZE_MAX, 4) : 0;
  }

  override startQueue(queue: number, size: number, areas: QueueAreas): Result<void> {
    this.registers.write(GUEST_PAGE_SIZE, 4, PAGE_SIZE);
    this.registers.write(QUEUE_SELECT, 4, queue);
    this.registers.write(QUEUE_SIZE, 4, size);
    this.registers.write(QUEUE_ALIGN, 4, PAGE_SIZE);
    this.registers.write(QUEUE_PAGE, 4, areas.descriptors / PAGE_SIZE);
    return ok(undefined);
  }
}
