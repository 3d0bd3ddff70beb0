import type { Host } from '@atoll/device/host';
import { PHYSICAL_BASE } from './device.ts';

/** A word of 32 bits at each register: what the driver wrote last, or what `answers` gives. */
export type Registers = (offset: number, value: number | undefined) => number;

/**
 * A host whose devices are `windows` by physical address, with 512 registers each, and configuration
 * spaces of PCI by the number that the driver writes to port 0xcf8 (without its register).
 */
export class Machine {
  /** Lines that the driver asked for. */
  readonly lines: number[] = [];
  /** Lines from this one on do not exist. */
  lineCount = 24;
  readonly #windows = new Map<number, Registers>();
  readonly #spaces: (selector: number) => Uint8Array | undefined;
  readonly #hasPci: boolean;
  #address = 0;

  constructor(spaces?: (selector: number) => Uint8Array | undefined) {
    this.#hasPci = spaces !== undefined;
    this.#spaces = spaces ?? (() => undefined);
  }

  add(physical: number, registers: Registers): void {
    this.#windows.set(physical, registers);
  }

  /** What the driver sees. */
  get host(): Host {
    const host: Partial<Host> = {
      physical: (address) => PHYSICAL_BASE + address,
      fence: () => {},
      entropy: (bytes) => void bytes.fill(0x5a),
      interruptMessage: () => ({ address: 0xfee0_0000, data: 32 }),
      interruptLine: (line) => {
        this.lines.push(line);
        return line < this.lineCount;
      },
      registerRead: (physical) =>
        this.#window(physical)?.(physical % 512, undefined) ?? 0xffff_ffff,
      registerWrite: (physical, _, value) => void this.#window(physical)?.(physical % 512, value),
      portRead: (port, size) => this.#readPort(port, size),
      portWrite: (port, size, value) => this.#writePort(port, size, value),
    };
    return host as Host;
  }

  #window(physical: number): Registers | undefined {
    return this.#windows.get(physical - (physical % 512));
  }

  #readPort(port: number, size: number): number {
    if (!this.#hasPci) return 0xffff_ffff;
    if (port === 0xcf8) return this.#address;
    const space = this.#spaces(this.#address - (this.#address % 256));
    const offset = (this.#address % 256) + (port & 3);
    if (offset + size > 256 || offset % size !== 0)
      throw new RangeError(`${size} bytes at ${offset}`);
    let value = 0;
    for (let i = size - 1; i >= 0; i--) value = value * 256 + (space?.[offset + i] ?? 0xff);
    return value;
  }

  #writePort(port: number, size: number, value: number): void {
    if (port === 0xcf8) {
      this.#address = value;
      return;
    }
    const space = this.#spaces(this.#address - (this.#address % 256));
    const offset = (this.#address % 256) + (port & 3);
    for (let i = 0; i < size && space !== undefined; i++) {
      // Only what a function decodes can be set: here 16 KiB in each base address register.
      const isBase = offset + i >= 0x10 && offset + i < 0x28;
      const mask = isBase ? [0xff, 0x3f, 0, 0][(offset + i) % 4] : 0;
      space[offset + i] =
        (Math.floor(value / 256 ** i) & ~mask & 0xff) | (space[offset + i] & mask);
    }
  }
}
