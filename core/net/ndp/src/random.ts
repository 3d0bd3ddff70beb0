import type { Entropy } from '@atoll/device/system';
import { randomBelow } from '@atoll/device/system';

/** A whole number from `low` to `high`, both included and rounded, such as milliseconds. */
export function randomBetween(entropy: Entropy, low: number, high: number): number {
  const first = Math.round(low);
  return first + randomBelow(entropy, Math.max(Math.round(high) - first, 0) + 1);
}

/** Unpredictable bits, at most 64, as a number for which `bits` leading zeros are as likely as any others. */
export function randomBits(entropy: Entropy, bits: number): bigint {
  const bytes = new Uint8Array(8);
  entropy.fill(bytes);
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return BigInt.asUintN(bits, value);
}
