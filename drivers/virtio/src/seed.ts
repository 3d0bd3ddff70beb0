import type { Allocate } from '@atoll/device/frame';
import type { Host } from '@atoll/device/host';
import type { Console } from '@atoll/device/system';
import type { Result } from '@atoll/result/result';
import { misconfigured, ok } from '@atoll/result/result';
import { findDevices } from './discover.ts';
import type { MmioPlace } from './mmio.ts';
import { negotiate, start } from './negotiate.ts';
import { allocateQueue, NOTHING, Queue, stateBytes } from './queue.ts';
import { startQueue } from './start-queue.ts';
import { ENTROPY_DEVICE, type Transport } from './transport.ts';

/**
 * Mixes bytes of every entropy device of the machine into the kernel's generator. Says on the console
 * when one does not work, and when there is nothing but timing jitter to draw from.
 */
export function seedGenerator(
  host: Host,
  console: Console,
  memory: { readonly allocate: Allocate },
  places: readonly MmioPlace[],
): void {
  const found = findDevices(host, places, ENTROPY_DEVICE);
  if (!found.ok) console.write(`atoll: ${found.error.reason}\n`);
  let isSeeded = host.isSeeded;
  for (const transport of found.ok ? found.value : []) {
    const seed = drawSeed(host, transport, memory.allocate);
    if (seed.ok) {
      host.seed(seed.value);
      seed.value.fill(0);
      isSeeded = true;
    } else {
      console.write(`atoll: ${seed.error.reason}\n`);
    }
  }
  if (!isSeeded) console.write(`atoll: ${ONLY_JITTER}\n`);
}

const ONLY_JITTER =
  'no RDSEED, RDRAND or virtio entropy device: randomness is from timing jitter alone';

/**
 * {@link SEED_LENGTH} bytes from an entropy device (virtio 1.2, section 5.4), which is then reset: it
 * has no further business with our memory.
 */
export function drawSeed(host: Host, transport: Transport, allocate: Allocate): Result<Uint8Array> {
  const features = negotiate(transport, () => []);
  if (!features.ok) return features;
  if (transport.queueCapacity(QUEUE) < 1) {
    return misconfigured(`the ${transport.place} has no queue ${QUEUE}`);
  }
  const shared = allocateQueue(allocate, 1);
  const queue = new Queue(shared, allocate(stateBytes(1)), 1, false);
  const started = startQueue(host, transport, QUEUE, 1, shared);
  if (!started.ok) return started;
  start(transport);
  try {
    return collect(host, transport, queue, allocate(SEED_LENGTH));
  } finally {
    transport.writeStatus(0);
  }
}

/** Asks until all bytes are there: a device may give fewer at a time. */
function collect(
  host: Host,
  transport: Transport,
  queue: Queue,
  buffer: { readonly bytes: Uint8Array; readonly address: number },
): Result<Uint8Array> {
  const seed = new Uint8Array(SEED_LENGTH);
  const deadline = host.monotonic() + PATIENCE_MS;
  queue.describe(0, host.physical(buffer.address), SEED_LENGTH, true);
  let length = 0;
  let isAsked = false;
  while (host.monotonic() <= deadline && !queue.broken) {
    if (!isAsked) {
      queue.offer(0);
      queue.publish();
      host.fence();
      if (queue.wantsNotification()) transport.notify(QUEUE);
    }
    isAsked = queue.take() === NOTHING;
    if (isAsked) continue;
    const part = buffer.bytes.subarray(0, Math.min(queue.length, SEED_LENGTH - length));
    seed.set(part, length);
    length += part.length;
    if (length < SEED_LENGTH) continue;
    buffer.bytes.fill(0);
    return ok(seed);
  }
  return misconfigured(`the ${transport.place} gives no random bytes`);
}

const QUEUE = 0;

/** More than the generator can hold (440 bits of state). */
const SEED_LENGTH = 64;

/** A host whose own generator is slow must not hold up the start for long. */
const PATIENCE_MS = 500;
