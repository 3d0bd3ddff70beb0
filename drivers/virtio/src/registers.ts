import type { Host } from '@atoll/device/host';

/** A window of device registers; an access beyond its end is misuse by our own code and throws. */
export class Registers {
  readonly #host: Host;
  readonly #start: number;
  readonly length: number;

  /** `start` is a physical address. */
  constructor(host: Host, start: number, length: number) {
    this.#host = host;
    this.#start = start;
    this.length = length;
  }

  read(offset: number, size: 1 | 2 | 4): number {
    this.#check(offset, size);
    return this.#host.registerRead(this.#start + offset, size);
  }

  write(offset: number, size: 1 | 2 | 4, value: number): void {
    this.#check(offset, size);
    this.#host.registerWrite(this.#start + offset, size, value);
  }

  /** Writes 64 bits as two halves, the lower one first. */
  writeWide(offset: number, value: number): void {
    this.write(offset, 4, value % 0x1_0000_0000);
    this.write(offset + 4, 4, Math.floor(value / 0x1_0000_0000));
  }

  #check(offset: number, size: number): void {
    if (offset < 0 || offset + size > this.length) throw new RangeError('no such register');
  }
}
