import type { Entropy } from '@atoll/device/system';
import { randomBelow } from '@atoll/device/system';
import type { Fragment } from '@atoll/fragments/cut';
import { cut } from '@atoll/fragments/cut';
import { FRAGMENT_HEADER_LENGTH } from './chain.ts';
import { IPV6_HEADER_LENGTH } from './packet.ts';

/**
 * How a payload of `length` bytes is cut up for a path that carries `mtu` bytes at a time (RFC 8200 section
 * 4.5), of which the headers before the fragment header take `unfragmentable`. A payload that fits is one
 * fragment, which is none: it has no fragment header. Throws a RangeError when there is no room.
 */
export function fragments(
  length: number,
  mtu: number,
  unfragmentable = IPV6_HEADER_LENGTH,
): readonly Fragment[] {
  const room = mtu - unfragmentable;
  if (length <= room) return [{ offset: 0, length, more: false }];
  return cut(length, room - FRAGMENT_HEADER_LENGTH);
}

/**
 * What all fragments of one packet have in common, 32 bits. Nobody can guess it, and so slip fragments of
 * their own in between (RFC 7739 section 5.2).
 */
export function randomIdentification(entropy: Entropy): number {
  return randomBelow(entropy, 0x1_0000_0000);
}
