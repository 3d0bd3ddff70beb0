import { u16, u32, writeU16, writeU32 } from '@atoll/bytes/field';
import type { Chain } from './chain.ts';
import {
  ERRONEOUS_FIELD,
  FRAGMENT,
  FRAGMENT_HEADER_LENGTH,
  finish,
  HOP_BY_HOP,
  INCOMPLETE_HEADER_CHAIN,
  isExtension,
  NO_NEXT_HEADER,
  problem,
  ROUTING,
  UNRECOGNIZED_NEXT_HEADER,
} from './chain.ts';
import { PAD_N, ROUTER_ALERT, walkOptions } from './options.ts';
import type { Ipv6Header } from './packet.ts';
import {
  IPV6_HEADER_LENGTH,
  MAX_PAYLOAD_LENGTH,
  NEXT_HEADER_AT,
  PAYLOAD_LENGTH_AT,
} from './packet.ts';
import { hasUpperLayer } from './upper-layer.ts';

/**
 * Walks through the extension headers of the packet at `packet` of `bytes`, whose header was read into
 * `header`, as the host for which it is meant (RFC 8200 section 4). What is found is left in `chain`.
 *
 * An atomic fragment is its own payload (RFC 6946). A first fragment that does not reach as far as the
 * header of its upper layer is a problem (RFC 7112). As RFC 8504 section 5.3 allows, packets with more
 * than {@link MAX_HEADERS} extension headers, or with too many options, are dropped.
 */
export function walkExtensions(
  bytes: Uint8Array,
  packet: number,
  header: Readonly<Ipv6Header>,
  chain: Chain,
): void {
  chain.kind = 'payload';
  chain.protocol = header.nextHeader;
  chain.start = packet + IPV6_HEADER_LENGTH;
  chain.nextHeaderAt = NEXT_HEADER_AT;
  chain.routerAlert = -1;
  const end = chain.start + header.payloadLength;
  for (let passed = 0; isExtension(chain.protocol); passed++) {
    if (passed === MAX_HEADERS) {
      chain.kind = 'drop';
      return;
    }
    if (!passHeader(bytes, packet, end, chain)) return;
  }
  if (chain.protocol === NO_NEXT_HEADER) chain.kind = 'nothing';
}

/** Four are defined, and one of them may be there twice. */
export const MAX_HEADERS = 8;

/** Writes a fragment header for what was cut out of the payload of `protocol` to `start` of `bytes`. */
export function emitFragmentHeader(
  bytes: Uint8Array,
  start: number,
  protocol: number,
  fragment: { readonly offset: number; readonly more: boolean },
  identification: number,
): void {
  bytes[start] = protocol;
  bytes[start + 1] = 0;
  writeU16(bytes, start + 2, fragment.offset | (fragment.more ? MORE_FRAGMENTS : 0));
  writeU32(bytes, start + 4, identification);
}

const MORE_FRAGMENTS = 1;

/** The length of a hop-by-hop header with nothing but a router alert. */
export const ROUTER_ALERT_LENGTH = 8;

/** Writes such a header, before the payload of `protocol` and with the alert `value`, to `start` of `bytes`. */
export function emitRouterAlert(
  bytes: Uint8Array,
  start: number,
  protocol: number,
  value: number,
): void {
  bytes[start] = protocol;
  bytes[start + 1] = 0;
  bytes[start + 2] = ROUTER_ALERT;
  bytes[start + 3] = 2;
  writeU16(bytes, start + 4, value);
  bytes[start + 6] = PAD_N;
  bytes[start + 7] = 0;
}

/** Passes the extension header at `chain.start`; false when the walk ends with it. */
function passHeader(bytes: Uint8Array, packet: number, end: number, chain: Chain): boolean {
  const { protocol, start } = chain;
  if (end - start < UNIT) return finish(chain, 'drop');
  if (protocol === FRAGMENT) return passFragment(bytes, packet, end, chain);
  const next = start + (bytes[start + 1] + 1) * UNIT;
  if (next > end) return finish(chain, 'drop');
  if (protocol === ROUTING) {
    // Nobody routes by way of a host: not by type 0 (RFC 5095), nor by one that it does not know.
    if (bytes[start + 3] !== 0) return problem(chain, ERRONEOUS_FIELD, start + 2 - packet);
  } else {
    // Hop-by-hop options come first or not at all (RFC 8200 section 4.1).
    if (protocol === HOP_BY_HOP && start !== packet + IPV6_HEADER_LENGTH) {
      return problem(chain, UNRECOGNIZED_NEXT_HEADER, chain.nextHeaderAt);
    }
    if (!walkOptions(bytes, packet, start + 2, next, chain)) return false;
  }
  chain.nextHeaderAt = start - packet;
  chain.protocol = bytes[start];
  chain.start = next;
  return true;
}

function passFragment(bytes: Uint8Array, packet: number, end: number, chain: Chain): boolean {
  const { start } = chain;
  const protocol = bytes[start];
  const field = u16(bytes, start + 2);
  const offset = field & 0xfff8;
  const isMore = (field & MORE_FRAGMENTS) !== 0;
  const payload = start + FRAGMENT_HEADER_LENGTH;
  chain.protocol = protocol;
  chain.start = payload;
  if (offset === 0 && !isMore) {
    chain.nextHeaderAt = start - packet;
    return true;
  }
  if (isMore && (end - payload) % UNIT !== 0) {
    return problem(chain, ERRONEOUS_FIELD, PAYLOAD_LENGTH_AT);
  }
  // The headers before the fragment header count in the payload length of the original packet as well.
  const unfragmentable = start - packet - IPV6_HEADER_LENGTH;
  if (unfragmentable + offset + end - payload > MAX_PAYLOAD_LENGTH) {
    return problem(chain, ERRONEOUS_FIELD, start + 2 - packet);
  }
  if (offset === 0 && !hasUpperLayer(bytes, payload, end, protocol)) {
    return problem(chain, INCOMPLETE_HEADER_CHAIN, 0);
  }
  chain.fragmentOffset = offset;
  chain.moreFragments = isMore;
  chain.identification = u32(bytes, start + 4);
  return finish(chain, 'fragment');
}

/** Extension headers are multiples of this long, and at least so long. */
const UNIT = 8;
