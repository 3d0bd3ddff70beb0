import type { Console } from '@atoll/device/system';

/** Says on the console that devices do what they must not do, each time that it has become twice as bad. */
export class Violations {
  readonly #console: Console;
  #said = 0;

  constructor(console: Console) {
    this.#console = console;
  }

  /** `violations` of a device count how often it misused a buffer. */
  judge(devices: readonly { readonly place: string; readonly violations: number }[]): void {
    const violations = devices.reduce((sum, device) => sum + device.violations, 0);
    if (violations < 2 * this.#said || violations === 0) return;
    this.#said = violations;
    const names = devices.map(({ place }) => place).join(', the ');
    this.#console.write(`atoll: the ${names} misused buffers, ${violations} times in all\n`);
  }
}
