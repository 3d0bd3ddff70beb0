import type { Result } from '@atoll/result/result';
import { misconfigured, ok } from '@atoll/result/result';
import type { Transport } from './transport.ts';

/** The device's status (virtio 1.2, section 2.1). */
export const STATUS = {
  acknowledge: 1,
  driver: 2,
  driverOk: 4,
  featuresOk: 8,
  failed: 128,
} as const;

/** Bits that any device may offer (section 6). */
export const FEATURE = { eventIndex: 29, version1: 32 } as const;

/**
 * Resets the device and agrees on features: version 1, unless the device is a legacy one, and what
 * `choose` takes of those on offer. The device is then ready for its queues; {@link STATUS.driverOk}
 * makes it live. (section 3.1.1)
 */
export function negotiate(
  transport: Transport,
  choose: (isOffered: (bit: number) => boolean) => readonly number[],
): Result<ReadonlySet<number>> {
  if (!reset(transport)) return refuse(transport, 'does not finish its reset');
  transport.writeStatus(STATUS.acknowledge);
  transport.writeStatus(STATUS.acknowledge | STATUS.driver);

  const { isLegacy } = transport;
  const offered = [transport.readFeatures(0), isLegacy ? 0 : transport.readFeatures(1)];
  const isOffered = (bit: number) => ((offered[bit >>> 5] >>> (bit & 31)) & 1) === 1;
  const accepted = new Set(choose(isOffered));
  if (!isLegacy) {
    if (!isOffered(FEATURE.version1))
      return refuse(transport, 'does not speak version 1 of virtio');
    accepted.add(FEATURE.version1);
    transport.writeFeatures(1, word(accepted, 1));
  }
  transport.writeFeatures(0, word(accepted, 0));
  if (isLegacy) return ok(accepted);

  const status = STATUS.acknowledge | STATUS.driver | STATUS.featuresOk;
  transport.writeStatus(status);
  if ((transport.readStatus() & STATUS.featuresOk) === 0) {
    return refuse(transport, `refuses the features ${[...accepted].join(', ')}`);
  }
  return ok(accepted);
}

/** Makes the device live, after its queues were started. */
export function start(transport: Transport): void {
  const { acknowledge, driver, featuresOk, driverOk } = STATUS;
  transport.writeStatus(acknowledge | driver | (transport.isLegacy ? 0 : featuresOk) | driverOk);
}

function reset(transport: Transport): boolean {
  transport.writeStatus(0);
  for (let tries = 0; tries < RESET_TRIES; tries++) {
    if (transport.readStatus() === 0) return true;
  }
  return false;
}

const RESET_TRIES = 100_000;

function word(features: ReadonlySet<number>, index: number): number {
  let bits = 0;
  for (const bit of features) if (bit >>> 5 === index) bits |= 1 << (bit & 31);
  return bits >>> 0;
}

function refuse(transport: Transport, reason: string): Result<never> {
  transport.writeStatus(STATUS.failed);
  return misconfigured(`the ${transport.place} ${reason}`);
}
