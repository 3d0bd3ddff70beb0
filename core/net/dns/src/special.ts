/**
 * Names with a meaning of their own, which no upstream server is asked about: RFC 6761 and 6762, the
 * empty zones of RFC 6303 and 7793, `onion.` (RFC 7686), `home.arpa.` (RFC 8375) and `resolver.arpa.`
 * (RFC 9462); and `use-application-dns.net.`, with whose absence a network asks Firefox to use its
 * resolver.
 */
import type { IpAddress } from '@atoll/device/socket';
import { expect } from '@atoll/result/result';
import { isSubdomain, type Name, parentName, parseName } from './name.ts';
import { TYPE } from './type.ts';

/** A zone that has no records here but its SOA, or the few of `localhost`. */
export interface SpecialZone {
  readonly apex: Name;
  /** The address that the apex and all below it have for the type asked for. */
  readonly address: IpAddress | undefined;
  /** The name that the name asked for points to. */
  readonly target: Name | undefined;
  /** Whether the name asked for exists, perhaps without a record of the type. */
  readonly exists: boolean;
  /** Whether hosts of ours may come to have names in the zone. */
  readonly populated: boolean;
}

/**
 * The special zone that the canonical `name` is in; `undefined` when upstream servers may be asked.
 * The reverse zones of private addresses count with `privateReverse` only.
 */
export function specialZone(
  name: Name,
  type: number,
  privateReverse: boolean,
): SpecialZone | undefined {
  // The insecure delegation of home.arpa must be visible to validators (RFC 8375 section 4).
  if (name === HOME_ARPA && type === TYPE.DS) return undefined;
  for (let at: Name | undefined = name; at !== undefined; at = parentName(at)) {
    const apex = at;
    if (apex === LOCALHOST) {
      const address = LOOPBACK.get(type);
      return { apex, address, target: undefined, exists: true, populated: false };
    }
    const populated = PRIVATE_REVERSE.has(apex);
    if (populated ? privateReverse : ALWAYS_EMPTY.has(apex)) {
      const target = LOOPBACK_REVERSE.has(name) ? LOCALHOST : undefined;
      const exists = isLoopbackPath(name) || (apex === name && name !== CANARY);
      return { apex, address: undefined, target, exists, populated };
    }
  }
  return undefined;
}

/** Whether the name is one of the loopback addresses or between its zone and it: RFC 8020 section 2. */
function isLoopbackPath(name: Name): boolean {
  for (const reverse of LOOPBACK_REVERSE) if (isSubdomain(reverse, name)) return true;
  return false;
}

function names(text: string): ReadonlySet<Name> {
  return new Set(
    text
      .trim()
      .split(/\s+/)
      .map((name) => expect(parseName(name))),
  );
}

function range(low: number, high: number, suffix: string): string {
  let text = '';
  for (let octet = low; octet <= high; octet++) text += `${octet}.${suffix} `;
  return text;
}

const LOCALHOST: Name = '\x09localhost\0';
const CANARY: Name = '\x13use-application-dns\x03net\0';
const HOME_ARPA: Name = '\x04home\x04arpa\0';
const LOOPBACK = new Map<number, IpAddress>([
  [TYPE.A, 0x7f00_0001],
  [TYPE.ANY, 0x7f00_0001],
  [TYPE.AAAA, 1n],
]);

const IPV6_LOOPBACK_REVERSE = `1.${'0.'.repeat(31)}ip6.arpa`;
const LOOPBACK_REVERSE = names(`1.0.0.127.in-addr.arpa ${IPV6_LOOPBACK_REVERSE}`);

const ALWAYS_EMPTY = names(`
  invalid test local onion home.arpa resolver.arpa use-application-dns.net
  0.in-addr.arpa 127.in-addr.arpa 254.169.in-addr.arpa 255.255.255.255.in-addr.arpa
  2.0.192.in-addr.arpa 100.51.198.in-addr.arpa 113.0.203.in-addr.arpa
  ${'0.'.repeat(32)}ip6.arpa ${IPV6_LOOPBACK_REVERSE}
  8.e.f.ip6.arpa 9.e.f.ip6.arpa a.e.f.ip6.arpa b.e.f.ip6.arpa 8.b.d.0.1.0.0.2.ip6.arpa
`);

/** RFC 1918, the shared addresses of RFC 6598, and IPv6 unique local addresses (RFC 4193). */
const PRIVATE_REVERSE = names(`
  10.in-addr.arpa 168.192.in-addr.arpa d.f.ip6.arpa
  ${range(16, 31, '172.in-addr.arpa')} ${range(64, 127, '100.in-addr.arpa')}
`);
