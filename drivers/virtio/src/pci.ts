import type { Host } from '@atoll/device/host';
import type { Result } from '@atoll/result/result';
import { misconfigured, ok } from '@atoll/result/result';
import type { Place, ReadConfiguration } from './capability.ts';

/** One function of a PCI device. */
export class PciFunction {
  readonly #host: Host;
  readonly #selector: number;
  /** `00:02.0`, as lspci writes it. */
  readonly name: string;

  constructor(host: Host, bus: number, device: number, index: number) {
    this.#host = host;
    this.#selector = 0x8000_0000 + bus * 0x1_0000 + device * 0x800 + index * 0x100;
    this.name = `${hex(bus)}:${hex(device)}.${index}`;
  }

  /** Reads configuration space; `offset` is a multiple of `size`. */
  readonly read: ReadConfiguration = (offset, size) => {
    this.#host.portWrite(ADDRESS, 4, this.#selector + (offset & 0xfc));
    return this.#host.portRead(DATA + (offset & 3), size);
  };

  write(offset: number, size: 1 | 2 | 4, value: number): void {
    this.#host.portWrite(ADDRESS, 4, this.#selector + (offset & 0xfc));
    this.#host.portWrite(DATA + (offset & 3), size, value);
  }

  /** The physical address of `place`, all of which lies in memory that the register decodes. */
  locate({ bar, offset, length }: Place): Result<number> {
    const at = BASE_ADDRESSES + bar * 4;
    const low = this.read(at, 4);
    if ((low & IS_PORT) !== 0)
      return misconfigured(`base address register ${bar} is not of memory`);
    const isWide = (low & IS_WIDE) !== 0;
    if (isWide && bar === 5) return misconfigured('the last base address register has 64 bits');
    const high = isWide ? this.read(at + 4, 4) : 0;
    const address = high * 0x1_0000_0000 + (low - (low & 15));
    if (address === 0)
      return misconfigured(`base address register ${bar} was not set by the firmware`);
    // Sizes beyond 2 GiB, in which the upper half takes part, are as good as 2 GiB.
    const size = this.#sizeOf(at, low);
    if (offset + length > size) {
      return misconfigured(`a structure lies outside of base address register ${bar}`);
    }
    return ok(address + offset);
  }

  /** Lets the function answer at its addresses and write to memory. */
  enable(): void {
    this.write(COMMAND, 2, this.read(COMMAND, 2) | DECODE_MEMORY | MASTER);
  }

  /** PCI 3.0, section 6.2.5.1: bits that cannot be set show the size. */
  #sizeOf(at: number, value: number): number {
    const command = this.read(COMMAND, 2);
    this.write(COMMAND, 2, command & ~DECODE_MEMORY);
    this.write(at, 4, 0xffff_ffff);
    const mask = this.read(at, 4) & ~15;
    this.write(at, 4, value);
    this.write(COMMAND, 2, command);
    return mask === 0 ? 0x8000_0000 : (mask & -mask) >>> 0;
  }
}

/** All functions behind the host bridge, bus by bus; none where there is no PCI. */
export function findFunctions(host: Host): PciFunction[] {
  const found: PciFunction[] = [];
  host.portWrite(ADDRESS, 4, 0x8000_0000);
  if (host.portRead(ADDRESS, 4) !== 0x8000_0000) return found;
  const buses = [0];
  // Each bus once, also when bridges lie.
  for (const bus of buses) {
    for (let device = 0; device < 32; device++) {
      for (const pci of functionsOf(host, bus, device)) {
        found.push(pci);
        if ((pci.read(HEADER_TYPE, 1) & 0x7f) !== BRIDGE) continue;
        const behind = pci.read(SECONDARY_BUS, 1);
        if (!buses.includes(behind)) buses.push(behind);
      }
    }
  }
  return found;
}

function functionsOf(host: Host, bus: number, device: number): PciFunction[] {
  const first = new PciFunction(host, bus, device, 0);
  if (!isPresent(first)) return [];
  const functions = [first];
  if ((first.read(HEADER_TYPE, 1) & IS_MULTIPLE) === 0) return functions;
  for (let index = 1; index < 8; index++) {
    const other = new PciFunction(host, bus, device, index);
    if (isPresent(other)) functions.push(other);
  }
  return functions;
}

function isPresent(pci: PciFunction): boolean {
  return pci.read(VENDOR, 2) !== 0xffff;
}

function hex(number: number): string {
  return number.toString(16).padStart(2, '0');
}

/** The ports of configuration mechanism 1 (PCI 3.0, section 3.2.2.3.2). */
const ADDRESS = 0xcf8;
const DATA = 0xcfc;

const VENDOR = 0x00;
const COMMAND = 0x04;
const DECODE_MEMORY = 0x2;
const MASTER = 0x4;
const HEADER_TYPE = 0x0e;
const IS_MULTIPLE = 0x80;
const BRIDGE = 1;
const BASE_ADDRESSES = 0x10;
const IS_PORT = 1;
const IS_WIDE = 4;
const SECONDARY_BUS = 0x19;
