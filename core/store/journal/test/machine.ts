import { plainSipHash } from '@atoll/bytes/fast';
import type { BlockDevice } from '@atoll/device/block';
import { heapMemory } from '@atoll/device/frame';
import type { PowerDisk } from '@atoll/sim/power-disk';
import { Random } from '@atoll/sim/random';
import { createJournal, NEW_JOURNAL_LENGTH } from '../src/create.ts';
import type { JournalEvent, JournalOptions, Opened, Write } from '../src/engine.ts';
import { Journal } from '../src/engine.ts';

export const IDENTITY = Uint8Array.from({ length: 16 }, (_, index) => index * 7);

export function journalOptions(disk: BlockDevice, seed = 1): JournalOptions {
  return {
    offset: 0,
    size: disk.blockSize * disk.blockCount,
    blockSize: disk.blockSize,
    identity: IDENTITY,
    hash: plainSipHash,
    allocate: heapMemory,
    entropy: new Random(seed),
    cacheBytes: 0,
  };
}

/** Makes an empty journal on `disk`, and makes it durable. */
export function format(disk: BlockDevice): void {
  const made = createJournal(journalOptions(disk), heapMemory(NEW_JOURNAL_LENGTH));
  if (!made.ok) throw new Error(made.error.reason);
  disk.submit({ operation: 'write', block: 0, bytes: made.value, failure: undefined });
  while (disk.complete() === undefined) (disk as PowerDisk).now += 1000;
  disk.submit({ operation: 'flush', block: 0, bytes: new Uint8Array(0), failure: undefined });
  while (disk.complete() === undefined) (disk as PowerDisk).now += 1000;
}

/** A journal on a disk, whose requests go back and forth as far as they are let. */
export class Machine {
  readonly disk: BlockDevice;
  readonly journal: Journal;
  readonly events: JournalEvent[] = [];
  /** Requests that were submitted. */
  requests = 0;

  constructor(disk: BlockDevice, options: Partial<JournalOptions> = {}) {
    this.disk = disk;
    this.journal = new Journal({ ...journalOptions(disk), ...options });
  }

  /** Works until nothing is left to do, or for `limit` requests; answers whether the limit was met. */
  run(limit = Number.POSITIVE_INFINITY): boolean {
    const { disk, journal } = this;
    for (let left = limit; ; ) {
      const request = journal.nextRequest;
      if (request !== undefined && left > 0 && disk.submit(request)) {
        journal.shiftRequest();
        this.requests++;
        left--;
        continue;
      }
      const ended = disk.complete();
      if (ended !== undefined) {
        journal.handle(ended);
        continue;
      }
      const next =
        'nextTimeout' in disk ? (disk as PowerDisk).nextTimeout : Number.POSITIVE_INFINITY;
      this.events.push(...journal.takeEvents());
      if (left === 0 || next === Number.POSITIVE_INFINITY) return left === 0;
      (disk as PowerDisk).now = next;
    }
  }

  /** What opening it said; throws when it failed. */
  open(): Opened {
    this.run();
    const opened = this.events.find((event) => event.kind === 'opened');
    if (opened === undefined) throw new Error('it is not open');
    if (!opened.result.ok) throw new Error(opened.result.error.reason);
    return opened.result.value;
  }

  /** Commits `writes` and waits; answers why that failed. */
  write(...writes: Write[]): string | undefined {
    const batch = this.journal.commit(writes);
    this.run();
    for (const event of this.events) {
      if (event === batch) return event.failure?.reason;
    }
    return 'no answer';
  }

  /** The value of `key`; throws when it is damaged. */
  read(key: Uint8Array, ...rest: [] | [Parameters<Journal['read']>[1]]): Uint8Array | undefined {
    const ticket = this.journal.read(key, ...rest);
    this.run();
    for (const event of this.events) {
      if (event.kind !== 'read' || event.ticket !== ticket) continue;
      if (!event.result.ok) throw new Error(event.result.error.reason);
      return event.result.value;
    }
    throw new Error('no answer');
  }

  /** All keys with their values, in hexadecimal. */
  contents(): Map<string, string> {
    const all = new Map<string, string>();
    for (const key of [...this.journal.keys(new Uint8Array(0))]) {
      all.set(hex(key), hex(this.read(key) ?? new Uint8Array(0)));
    }
    return all;
  }
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

export function text(content: string): Uint8Array {
  return new Uint8Array(Buffer.from(content, 'latin1'));
}
