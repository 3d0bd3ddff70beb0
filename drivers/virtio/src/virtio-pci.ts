import type { Host } from '@atoll/device/host';
import type { Result } from '@atoll/result/result';
import { misconfigured, ok } from '@atoll/result/result';
import type { MessageCapability, Place } from './capability.ts';
import { readCapabilities } from './capability.ts';
import type { PciFunction } from './pci.ts';
import { Registers } from './registers.ts';
import type { QueueAreas, Transport } from './transport.ts';

const VIRTIO = 0x1af4;
const FIRST_TRANSITIONAL = 0x1000;
const FIRST_MODERN = 0x1040;
const LAST = 0x107f;

/** The type of the virtio device that `pci` is (virtio 1.2, section 4.1.2), or `undefined`. */
export function virtioType(pci: PciFunction): number | undefined {
  const id = pci.read(0x02, 2);
  if (pci.read(0x00, 2) !== VIRTIO || id < FIRST_TRANSITIONAL || id > LAST) return undefined;
  return id >= FIRST_MODERN ? id - FIRST_MODERN : pci.read(SUBSYSTEM_ID, 2);
}

const SUBSYSTEM_ID = 0x2e;

/** Opens a function that has a {@link virtioType}. */
export function openPci(host: Host, pci: PciFunction): Result<Transport> {
  const place = `virtio device at PCI ${pci.name}`;
  const opened = open(host, pci, place);
  return opened.ok ? opened : misconfigured(`the ${place} cannot be used: ${opened.error.reason}`);
}

function open(host: Host, pci: PciFunction, place: string): Result<Transport> {
  const found = readCapabilities(pci.read);
  if (!found.ok) return found;
  if (found.value === undefined) return misconfigured(LEGACY_ADVICE);
  const { common, notify, notifyMultiplier, device, messages } = found.value;
  if (messages === undefined)
    return misconfigured('it has no message-signalled interrupts (MSI-X)');

  const windows: Registers[] = [];
  for (const structure of [common, notify, device ?? NO_PLACE, messages.table]) {
    const address = structure === NO_PLACE ? ok(0) : pci.locate(structure);
    if (!address.ok) return address;
    windows.push(new Registers(host, address.value, structure.length));
  }
  pci.enable();
  enableMessages(host, pci, messages, windows[3]);
  return ok(new PciTransport(place, windows[0], windows[1], notifyMultiplier, windows[2]));
}

const LEGACY_ADVICE = 'it has only the legacy interface; QEMU has the option disable-modern=off';
const NO_PLACE: Place = { bar: 0, offset: 0, length: 0 };

/** Makes entry 0 of the table the kernel's message; all others stay masked. */
function enableMessages(
  host: Host,
  pci: PciFunction,
  capability: MessageCapability,
  table: Registers,
): void {
  const { address, data } = host.interruptMessage();
  pci.write(capability.offset + 2, 2, MESSAGES_ENABLE);
  table.writeWide(0, address);
  table.write(8, 4, data);
  table.write(12, 4, 0);
}

const MESSAGES_ENABLE = 0x8000;

/** Offsets in the common structure (virtio 1.2, section 4.1.4.3). */
const DEVICE_FEATURE_SELECT = 0x00;
const DEVICE_FEATURE = 0x04;
const DRIVER_FEATURE_SELECT = 0x08;
const DRIVER_FEATURE = 0x0c;
const CONFIGURATION_VECTOR = 0x10;
const DEVICE_STATUS = 0x14;
const QUEUE_SELECT = 0x16;
const QUEUE_SIZE = 0x18;
const QUEUE_VECTOR = 0x1a;
const QUEUE_ENABLE = 0x1c;
const QUEUE_NOTIFY_OFFSET = 0x1e;
const QUEUE_DESCRIPTORS = 0x20;
const QUEUE_AVAILABLE = 0x28;
const QUEUE_USED = 0x30;

const NO_VECTOR = 0xffff;

class PciTransport implements Transport {
  readonly place: string;
  readonly isLegacy = false;
  readonly #common: Registers;
  readonly #notify: Registers;
  readonly #multiplier: number;
  readonly #device: Registers;
  readonly #notifyOffsets: number[] = [];

  constructor(
    place: string,
    common: Registers,
    notify: Registers,
    multiplier: number,
    device: Registers,
  ) {
    this.place = place;
    this.#common = common;
    this.#notify = notify;
    this.#multiplier = multiplier;
    this.#device = device;
  }

  readStatus(): number {
    return this.#common.read(DEVICE_STATUS, 1);
  }

  writeStatus(status: number): void {
    this.#common.write(DEVICE_STATUS, 1, status);
  }

  readFeatures(word: 0 | 1): number {
    this.#common.write(DEVICE_FEATURE_SELECT, 4, word);
    return this.#common.read(DEVICE_FEATURE, 4);
  }

  writeFeatures(word: 0 | 1, bits: number): void {
    this.#common.write(DRIVER_FEATURE_SELECT, 4, word);
    this.#common.write(DRIVER_FEATURE, 4, bits);
  }

  readConfiguration(offset: number): number {
    // A device may end its structure before the fields of features that it does not offer.
    return offset < this.#device.length ? this.#device.read(offset, 1) : 0;
  }

  queueCapacity(queue: number): number {
    this.#common.write(QUEUE_SELECT, 2, queue);
    return this.#common.read(QUEUE_SIZE, 2);
  }

  startQueue(queue: number, size: number, areas: QueueAreas): Result<void> {
    this.#common.write(CONFIGURATION_VECTOR, 2, NO_VECTOR);
    this.#common.write(QUEUE_SELECT, 2, queue);
    const notifyOffset = this.#common.read(QUEUE_NOTIFY_OFFSET, 2) * this.#multiplier;
    if (notifyOffset + 2 > this.#notify.length || notifyOffset % 2 !== 0) {
      return misconfigured(`the ${this.place} wants notifications outside of its structure`);
    }
    this.#notifyOffsets[queue] = notifyOffset;
    this.#common.write(QUEUE_SIZE, 2, size);
    this.#common.write(QUEUE_VECTOR, 2, 0);
    if (this.#common.read(QUEUE_VECTOR, 2) === NO_VECTOR) {
      return misconfigured(`the ${this.place} has no interrupt left for a queue`);
    }
    this.#common.writeWide(QUEUE_DESCRIPTORS, areas.descriptors);
    this.#common.writeWide(QUEUE_AVAILABLE, areas.available);
    this.#common.writeWide(QUEUE_USED, areas.used);
    this.#common.write(QUEUE_ENABLE, 2, 1);
    return ok(undefined);
  }

  notify(queue: number): void {
    this.#notify.write(this.#notifyOffsets[queue], 2, queue);
  }

  acknowledge(): void {
    // A message has no line that could stay up.
  }
}
