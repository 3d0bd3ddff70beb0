import type { Appliance, System } from '@atoll/appliance/appliance';
import { fastSipHash } from '@atoll/bytes/fast';
import { encodeUtf8 } from '@atoll/bytes/utf8';
import { withDefault } from '@atoll/conf/table';
import { choice, text } from '@atoll/conf/value';
import { Store } from '@atoll/journal/store';
import { Random } from '@atoll/sim/random';

/** As in `sqlite-load.c`. */
const KEYS = 20_000;
const VALUE_LENGTH = 100;
const WRITERS = 64;
const WARM_UP_MS = 250;
/** Between two looks at the clock. */
const READS = 64;
const CACHE_BYTES = 4_000_000;

const MODES = ['puts', 'grouped', 'reads', 'first'] as const;
type Mode = (typeof MODES)[number];

const ARGUMENTS = {
  mode: withDefault(choice('MODE', MODES), 'puts', {
    summary: 'What to do: puts one after the other or 64 at a time, reads, or the first reads.',
    example: 'reads',
  }),
  seconds: withDefault(text('SECONDS', 'seconds'), '1', { summary: 'How long.', example: '2' }),
};

/** Loads the journal on its disk for a while and prints operations a second. */
const load: Appliance<typeof ARGUMENTS> = {
  name: 'journal-load',
  version: '0.1.0',
  summary: 'Loads a journal.',
  devices: [{ name: 'storage', type: 'block', summary: 'the disk with the journal' }],
  arguments: ARGUMENTS,
  start(system, { mode, seconds }) {
    const device = system.block('storage');
    if (device === undefined) return;
    const store = new Store(device, {
      owner: 'journal-load',
      hash: fastSipHash(system.fast),
      allocate: (size) => system.fast.allocate(size),
      entropy: system.entropy,
      cacheBytes: CACHE_BYTES,
      wake: () => system.wake(),
    });
    system.run(store);
    void run(system, store, mode, Number(seconds) * 1000).then(
      (rate) => finish(system, `${Math.round(rate)}\n`, 0),
      (error: unknown) => finish(system, `${error}\n`, 1),
    );
  },
};

export default load;

function finish(system: System, line: string, status: number): void {
  system.console.write(line);
  system.stop(status);
}

async function run({ clock }: System, store: Store, mode: Mode, ms: number): Promise<number> {
  const opened = await store.opened;
  if (!opened.ok) throw new Error(opened.error.reason);
  const keys = Array.from({ length: KEYS }, (_, number) => keyOf(number));
  const values = Array.from({ length: KEYS }, (_, number) => valueFor(number));
  for (let start = opened.value.keys; start < KEYS; start += 500) {
    const part = keys.slice(start, start + 500);
    const done = await store.commit(part.map((key, at) => ({ key, value: values[start + at] })));
    if (!done.ok) throw new Error(done.error.reason);
  }

  // All that is not the store's work is done before: a random number takes an interpreter longer than a read.
  const order = shuffled(keys.map((_, number) => number));
  let done = 0;
  let look = (): void => undefined;
  let isOver = false;
  const put = async (writers: number): Promise<void> => {
    while (!isOver) {
      const number = order[done++ % KEYS];
      const written = await store.put(keys[number], values[number]);
      if (!written.ok) throw new Error(written.error.reason);
      if (writers === 1 || done % writers === 0) look();
    }
  };
  const get = async (): Promise<void> => {
    for (; !isOver; look()) {
      for (const end = done + READS; done < end; done++) {
        const number = order[done % KEYS];
        const read = store.peek(keys[number]) ?? (await store.get(keys[number]));
        if (!read.ok || read.value?.[0] !== number % 256) throw new Error('a wrong value');
      }
    }
  };
  /** Operations a second; of the first reads there are only so many. */
  const rate = async (mode: Mode, ms: number): Promise<number> => {
    const start = clock.monotonic();
    done = 0;
    isOver = false;
    look = () => {
      isOver = clock.monotonic() - start >= ms || (mode === 'first' && done >= KEYS);
    };
    const writers = mode === 'puts' ? 1 : WRITERS;
    if (mode === 'reads' || mode === 'first') await get();
    else await Promise.all(Array.from({ length: writers }, () => put(writers)));
    return (done * 1000) / (clock.monotonic() - start);
  };
  if (mode === 'reads') await rate('first', Number.POSITIVE_INFINITY);
  if (mode !== 'first') await rate(mode === 'puts' ? 'grouped' : mode, WARM_UP_MS);
  return rate(mode, ms);
}

function shuffled(list: number[]): number[] {
  const random = new Random(1);
  for (let at = 0; at < list.length; at++) {
    const other = random.below(at + 1);
    [list[at], list[other]] = [list[other], list[at]];
  }
  return list;
}

function keyOf(number: number): Uint8Array {
  return encodeUtf8(`key ${String(number).padStart(12, '0')}`);
}

function valueFor(number: number): Uint8Array {
  return new Uint8Array(VALUE_LENGTH).fill(number);
}
