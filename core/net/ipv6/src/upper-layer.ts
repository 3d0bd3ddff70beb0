import { u16 } from '@atoll/bytes/field';
import { FRAGMENT, isExtension, NO_NEXT_HEADER } from './chain.ts';
import { PROTOCOL_ICMPV6, PROTOCOL_TCP, PROTOCOL_UDP } from './packet.ts';

/** The payload of a packet that is looked at from afar: one that is quoted, or only in part here. */
export interface UpperLayer {
  /** As far as it is known: of a later fragment, what its fragment header says. */
  readonly protocol: number;
  /** Its offset; -1 when it is not there: in a later fragment, or cut off. */
  readonly start: number;
}

/**
 * Where the extension headers in `bytes[start, end)`, of which the first is that of `protocol`, lead.
 * What they ask for is not looked at.
 */
export function findUpperLayer(
  bytes: Uint8Array,
  start: number,
  end: number,
  protocol: number,
): UpperLayer {
  let at = start;
  let next = protocol;
  while (isExtension(next)) {
    if (end - at < 8) return { protocol: next, start: -1 };
    const isFragment = next === FRAGMENT;
    const length = isFragment ? 8 : (bytes[at + 1] + 1) * 8;
    next = bytes[at];
    if (isFragment && (u16(bytes, at + 2) & 0xfff8) !== 0) return { protocol: next, start: -1 };
    at += length;
  }
  return { protocol: next, start: at <= end ? at : -1 };
}

/**
 * Whether a first fragment with such headers has the whole header of its upper layer in it. Otherwise
 * nobody between its source and us could have judged it (RFC 7112).
 */
export function hasUpperLayer(
  bytes: Uint8Array,
  start: number,
  end: number,
  protocol: number,
): boolean {
  const upper = findUpperLayer(bytes, start, end, protocol);
  return upper.start >= 0 && end - upper.start >= shortestHeader(upper.protocol);
}

function shortestHeader(protocol: number): number {
  if (protocol === PROTOCOL_TCP) return 20;
  if (protocol === PROTOCOL_UDP || protocol === PROTOCOL_ICMPV6) return 8;
  return protocol === NO_NEXT_HEADER ? 0 : 1;
}
