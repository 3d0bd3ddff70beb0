/** `--dhcp-range`: addresses to give out. */
import { parseIpv4, prefixLength } from '@atoll/ipv4/address';
import type { Failure, Result } from '@atoll/result/result';
import { misconfigured, ok } from '@atoll/result/result';
import { parseLeaseTime } from './duration.ts';
import { type Condition, parseCondition } from './tag.ts';

export interface DhcpRange {
  /** The range serves only requests whose tags meet all of these. */
  readonly conditions: readonly Condition[];
  /** Tags that a request gets from this range. */
  readonly tags: readonly string[];
  readonly start: number;
  /** The last address. */
  readonly end: number;
  /** Only hosts with an address of their own are served. */
  readonly fixedOnly: boolean;
  /** That of the server's own subnet when it is not given. */
  readonly netmask: number | undefined;
  readonly broadcast: number | undefined;
  readonly leaseSeconds: number;
}

/** One hour, as in dnsmasq. */
const DEFAULT_LEASE_SECONDS = 3600;

const EXPECTED =
  'expected [tag:TAG,][set:TAG,]START[,END|static][,NETMASK[,BROADCAST]][,LEASETIME]';

/** Parses `[tag:…,][set:…,]start[,end|static][,netmask[,broadcast]][,leasetime]`. */
export function parseDhcpRange(text: string): Result<DhcpRange, Failure> {
  const items = text.split(',').map((item) => item.trim());
  const conditions: Condition[] = [];
  const tags: string[] = [];
  for (;;) {
    const condition = parseCondition(items[0] ?? '');
    if (condition !== undefined) conditions.push(condition);
    else if (/^set:[^!#]/.test(items[0] ?? '')) tags.push(items[0].slice('set:'.length));
    else break;
    items.shift();
  }

  const start = parseIpv4(items.shift() ?? '');
  if (!start.ok) return misconfigured(`${EXPECTED}; it has no start address`);
  let end = start.value;
  let fixedOnly = false;
  if (items[0] === 'static') {
    fixedOnly = true;
    items.shift();
  } else {
    end = shiftAddress(items) ?? end;
  }
  const netmask = shiftAddress(items);
  const broadcast = netmask === undefined ? undefined : shiftAddress(items);
  const leaseSeconds = parseLeaseTime(items[0] ?? '');
  if (leaseSeconds !== undefined) items.shift();

  if (items.length > 0) return misconfigured(`${EXPECTED}; "${items[0]}" is out of place`);
  if (end < start.value) return misconfigured('the range ends before it starts');
  if (netmask !== undefined && prefixLength(netmask) === undefined) {
    return misconfigured('the netmask is not ones followed by zeros');
  }
  return ok({
    conditions,
    tags,
    start: start.value,
    end,
    fixedOnly,
    netmask,
    broadcast,
    leaseSeconds: leaseSeconds ?? DEFAULT_LEASE_SECONDS,
  });
}

/** Takes the first of `items` if it is an address. */
function shiftAddress(items: string[]): number | undefined {
  const address = parseIpv4(items[0] ?? '');
  if (!address.ok) return undefined;
  items.shift();
  return address.value;
}
