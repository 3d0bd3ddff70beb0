/** From what a person writes to domain names, and names that need no server. */
import type { IpAddress } from '@atoll/device/socket';
import { expect, type Result } from '@atoll/result/result';
import { canonicalName, concat, isSubdomain, labelCount, type Name, parseName } from '../name.ts';
import { addressRecord, addressType } from '../record.ts';
import { failed, type LookupFailure, type Outcome } from './outcome.ts';

/**
 * The names that `text` may stand for, in the order in which they are to be asked for. A name with a dot
 * is meant as it is: to try it below our domains when it does not exist would let whoever is there answer
 * for it (RFC 1535). One without is looked for below the domains first.
 */
export function candidates(
  text: string,
  searchDomains: readonly Name[],
): Result<readonly Name[], LookupFailure> {
  const parsed = parseName(text);
  if (!parsed.ok) return failed('name', parsed.error.reason);
  const name = parsed.value;
  const isWhole = text.endsWith('.') || labelCount(name) !== 1 || isSubdomain(name, LOCALHOST);
  if (isWhole) return { ok: true, value: [name] };
  const below = searchDomains.flatMap((domain) => concat(name, domain) ?? []);
  return { ok: true, value: [...below, name] };
}

/**
 * The outcome for names that no server is asked about: `localhost` is this host (RFC 6761 section 6.3),
 * `invalid` never exists (section 6.4), nor does `onion` outside of Tor (RFC 7686).
 */
export function withoutServers(name: Name, type: number): Outcome | undefined {
  const canonical = canonicalName(name);
  if (isSubdomain(canonical, LOCALHOST)) {
    const loopback = LOOPBACKS.find((address) => addressType(address) === type);
    if (loopback === undefined) return failed('empty', 'localhost has only addresses');
    return { ok: true, value: { name, records: [addressRecord(name, loopback, 0)] } };
  }
  if (NOWHERE.some((domain) => isSubdomain(canonical, domain))) {
    return failed('absent', 'it is a name that nobody has');
  }
  return undefined;
}

const LOCALHOST = expect(parseName('localhost'));
const NOWHERE = [expect(parseName('invalid')), expect(parseName('onion'))];
const LOOPBACKS: readonly IpAddress[] = [0x7f00_0001, 1n];
