import type { FastPaths } from '@atoll/device/fast';
import type { Host } from '@atoll/device/host';
import type { Console } from '@atoll/device/system';
import { openBlock } from './block.ts';
import { findDevices } from './discover.ts';
import { VirtioDisk } from './disk.ts';
import type { MmioPlace } from './mmio.ts';
import { BLOCK_DEVICE } from './transport.ts';
import { Violations } from './violations.ts';

/**
 * The disks of the machine that the appliance declares, by `names`. They are looked for when the first of
 * them is opened; one that cannot be used ends the program.
 */
export class Disks {
  readonly #host: Host;
  readonly #console: Console;
  readonly #fast: FastPaths;
  readonly #places: readonly MmioPlace[];
  readonly #names: readonly string[];
  readonly #violations: Violations;
  readonly #toldOf = new Set<VirtioDisk>();
  #disks: ReadonlyMap<string, VirtioDisk> = new Map();
  #isSearched = false;

  constructor(
    host: Host,
    console: Console,
    fast: FastPaths,
    places: readonly MmioPlace[],
    names: readonly string[],
  ) {
    this.#host = host;
    this.#console = console;
    this.#fast = fast;
    this.#places = places;
    this.#names = names;
    this.#violations = new Violations(console);
  }

  /** The disk `name`; `undefined` when the machine has none for it. */
  open(name: string): VirtioDisk | undefined {
    if (!this.#isSearched) this.#disks = this.#search();
    this.#isSearched = true;
    return this.#disks.get(name);
  }

  /** {@link VirtioDisk.settle} of all. */
  settle(isSleepy: boolean): boolean {
    let maySleep = true;
    for (const disk of this.#disks.values()) {
      if (!disk.settle(isSleepy)) maySleep = false;
      if (disk.broken === undefined || this.#toldOf.has(disk)) continue;
      this.#toldOf.add(disk);
      this.#console.write(`atoll: the ${disk.place}, "${disk.name}": ${disk.broken}\n`);
    }
    if (isSleepy && this.#disks.size > 0) this.#violations.judge([...this.#disks.values()]);
    return maySleep;
  }

  /** When {@link settle} must be called again at the latest. */
  get deadline(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const { deadline } of this.#disks.values()) if (deadline < next) next = deadline;
    return next;
  }

  #search(): Map<string, VirtioDisk> {
    const disks = new Map<string, VirtioDisk>();
    if (this.#names.length === 0) return disks;
    const found = findDevices(this.#host, this.#places, BLOCK_DEVICE);
    if (!found.ok) return this.#fail(found.error.reason);
    const opened = found.value.map((transport) => {
      const disk = openBlock(this.#host, transport, this.#fast.allocate);
      return disk.ok ? disk.value : this.#fail(disk.error.reason);
    });
    const owners = assignNames(
      this.#names,
      opened.map(({ serial }) => serial),
    );
    for (const [index, disk] of opened.entries()) {
      const name = owners[index];
      // A disk that nobody wants, such as one to boot from, has no further business with our memory.
      if (name === undefined) disk.transport.writeStatus(0);
      else disks.set(name, new VirtioDisk(this.#host, name, disk));
    }
    return disks;
  }

  #fail(reason: string): never {
    this.#console.write(`atoll: ${reason}\n`);
    return this.#host.halt(EXIT_UNAVAILABLE);
  }
}

/**
 * The name for each disk of the machine: the one whose first 20 characters are its serial number, or else,
 * in their order, one of the names that no serial number claims.
 */
export function assignNames(
  names: readonly string[],
  serials: readonly string[],
): (string | undefined)[] {
  const isClaimed = (name: string) => serials.includes(serialOf(name));
  const rest = names.filter((name) => !isClaimed(name));
  const taken = new Set<string>();
  return serials.map((serial) => {
    const claimed = names.find((name) => serialOf(name) === serial && !taken.has(name));
    if (claimed !== undefined) taken.add(claimed);
    return claimed ?? rest.shift();
  });
}

/** As much of a name as fits into a serial number. */
function serialOf(name: string): string {
  return name.slice(0, 20);
}

/** The exit status when the machine lacks what an image needs, as in the kernel. */
const EXIT_UNAVAILABLE = 69;
