import type { System } from '@atoll/appliance/appliance';
import { fastSipHash } from '@atoll/bytes/fast';
import { decodeUtf8, encodeUtf8 } from '@atoll/bytes/utf8';
import type { BlockDevice } from '@atoll/device/block';
import { DEFAULT_MAX_LEASES } from '@atoll/dhcp/config';
import type { LeaseRecord } from '@atoll/dhcp/lease';
import { formatLeaseLine, parseLeaseLine } from '@atoll/dhcp/lease';
import type { LeaseEvent } from '@atoll/dhcp/server';
import { ipv4Text } from '@atoll/ipv4/address';
import type { OpenedStore, Write } from '@atoll/journal/store';
import { indexMemoryFor, Store } from '@atoll/journal/store';
import type { Logger } from '@atoll/log/log';
import type { Result } from '@atoll/result/result';

/**
 * Leases on a disk: for each address a line of dnsmasq's lease file, under the key `lease/` and the address.
 */
export class LeaseStore {
  readonly opened: Promise<Result<OpenedStore>>;
  readonly #store: Store;
  readonly #system: System;
  readonly #log: Logger;
  #complaint = Number.NEGATIVE_INFINITY;

  constructor(system: System, device: BlockDevice, owner: string) {
    this.#system = system;
    this.#log = system.log.for('storage');
    this.#store = new Store(device, {
      owner,
      hash: fastSipHash(system.fast),
      allocate: (size) => system.fast.allocate(size),
      entropy: system.entropy,
      // Leases are read once.
      cacheBytes: 0,
      indexMemory: indexMemoryFor(MOST_KEYS, PREFIX.length + LONGEST_ADDRESS),
      wake: () => system.wake(),
    });
    this.opened = this.#store.opened;
    system.run(this.#store);
  }

  /**
   * All leases on the disk; `undefined` when it cannot be used. Those that are over are deleted, those that
   * cannot be read are only reported.
   */
  async load(): Promise<LeaseRecord[] | undefined> {
    if (!(await this.opened).ok) return undefined;
    const records: LeaseRecord[] = [];
    const over: Write[] = [];
    const now = this.#system.clock.wall() / 1000;
    for (const key of [...this.#store.keys(encodeUtf8(PREFIX))]) {
      const value = await this.#store.get(key);
      if (!value.ok) {
        this.#log.warning(`${decodeUtf8(key)}: ${value.error.reason}`);
        continue;
      }
      const record = parseLeaseLine(decodeUtf8(value.value ?? NOTHING));
      if (!record.ok) this.#log.warning(`${decodeUtf8(key)}: ${record.error.reason}`);
      else if (record.value.expires !== 0 && record.value.expires <= now) {
        over.push({ key, value: undefined });
      } else records.push(record.value);
    }
    if (over.length > 0) await this.#store.commit(over);
    return records;
  }

  /** Writes down what became of leases; answers whether that is durable now. */
  async save(events: readonly LeaseEvent[]): Promise<boolean> {
    const { clock } = this.#system;
    const epoch = clock.wall() - clock.monotonic();
    const done = await this.#store.commit(events.map((event) => writeOf(event, epoch)));
    if (!done.ok && clock.monotonic() >= this.#complaint + COMPLAINT_MS) {
      this.#complaint = clock.monotonic();
      this.#log.error(`no lease is given out: ${done.error.reason}`);
    }
    return done.ok;
  }
}

/** `epoch` is when the monotonic clock was 0, in milliseconds since 1970. */
function writeOf(event: LeaseEvent, epoch: number): Write {
  const { kind, address, htype, hardware, clientId, name, expires: deadline } = event;
  const key = encodeUtf8(`${PREFIX}${ipv4Text(address)}`);
  if (kind === 'removed') return { key, value: undefined };
  const isEndless = deadline === Number.POSITIVE_INFINITY;
  const expires = isEndless ? 0 : Math.ceil((epoch + deadline) / 1000);
  const line = formatLeaseLine({ expires, htype, hardware, address, name, clientId });
  return { key, value: encodeUtf8(line) };
}

const PREFIX = 'lease/';
const LONGEST_ADDRESS = 15;
/** All leases that can be given out, and as many of an earlier time that are over. */
const MOST_KEYS = 2 * DEFAULT_MAX_LEASES;
const NOTHING = new Uint8Array(0);

/** A disk that fails is reported again after so long. */
const COMPLAINT_MS = 60_000;
