/** Values of boot arguments in the way of dnsmasq. */
import type { Endpoint, IpAddress } from '@atoll/device/socket';
import { misconfigured, ok, type Result } from '@atoll/result/result';
import { DNS_PORT, parseAddress } from './address.ts';
import { type Name, parseName, ROOT } from './name.ts';
import type { AddressRule } from './rules.ts';

/** `--host-record`: names that have the same addresses, which point back to the first of the names. */
export interface HostRecord {
  readonly names: readonly Name[];
  readonly addresses: readonly IpAddress[];
  /** Seconds; `undefined` for the usual TTL of local names. */
  readonly ttl: number | undefined;
}

/** A DNS server: `192.0.2.1`, `192.0.2.1:53`, `192.0.2.1#53`, `2001:db8::1#53`, `[2001:db8::1]:53`, or with `udp:`. */
export function parseUpstream(text: string): Result<Endpoint> {
  const { host, port: digits } = splitPort(text.replace(/^udp:/, ''));
  const address = parseAddress(host);
  if (address === undefined) {
    const scheme = /^([a-z]+):/.exec(text)?.[1];
    return scheme === undefined || scheme === 'udp'
      ? misconfigured('a DNS server is an IP address, perhaps with a port')
      : misconfigured(`DNS servers are asked over udp, not over ${scheme}`);
  }
  const port = digits === undefined ? DNS_PORT : decimal(digits, 0xffff);
  if (port === undefined || port === 0) return misconfigured('a port is a number from 1 to 65535');
  if (address === 0 || address === 0n) return misconfigured(`${host} is the address of no server`);
  return ok({ address, port });
}

/** `--address`: `/domain/[domain/...]` and then an address, `#` for the null address, or nothing for NXDOMAIN. */
export function parseAddressRule(text: string): Result<AddressRule> {
  const parts = text.split('/');
  if (parts.length < 3 || parts[0] !== '') {
    return misconfigured('an address rule is like /domain/address, with both slashes');
  }
  const domains: Name[] = [];
  for (const part of parts.slice(1, -1)) {
    const domain = part === '#' ? ok(ROOT) : parseDomainPart(part);
    if (!domain.ok) return domain;
    domains.push(domain.value);
  }
  const value = parts[parts.length - 1];
  if (value === '') return ok({ domains, answer: 'absent' });
  if (value === '#') return ok({ domains, answer: 'null' });
  const address = parseAddress(value);
  if (address === undefined) return misconfigured(`${value} is neither an IP address nor #`);
  return ok({ domains, answer: address });
}

/** `--host-record`: `name[,name...],[IPv4],[IPv6][,TTL]`, with one address at least. */
export function parseHostRecord(text: string): Result<HostRecord> {
  const names: Name[] = [];
  const addresses: IpAddress[] = [];
  let ttl: number | undefined;
  for (const part of text.split(',')) {
    const word = part.trim();
    const address = parseAddress(word);
    const seconds = decimal(word, MAX_TTL);
    if (ttl !== undefined) return misconfigured(`nothing may follow the TTL ${ttl}`);
    if (address !== undefined) {
      if (addresses.some((other) => typeof other === typeof address)) {
        return misconfigured(`${word} is a second address of its kind`);
      }
      addresses.push(address);
    } else if (seconds !== undefined && addresses.length > 0) {
      ttl = seconds;
    } else if (addresses.length > 0) {
      return misconfigured(`${word} is no IP address, and names go before addresses`);
    } else {
      const name = parseHostName(word);
      if (!name.ok) return name;
      names.push(name.value);
    }
  }
  if (names.length === 0) return misconfigured('a host record starts with a name');
  if (addresses.length === 0) return misconfigured('a host record has an address after its names');
  return ok({ names, addresses, ttl });
}

/** `--domain`: the domain of the local network, such as `lan`. */
export function parseDomain(text: string): Result<Name> {
  const domain = parseHostName(text);
  if (domain.ok && domain.value === ROOT) return misconfigured('the root is not a local domain');
  return domain;
}

/** `--dns-cache`: how many answers are kept; 0 for none. */
export function parseCacheSize(text: string): Result<number> {
  const entries = decimal(text, MAX_ENTRIES);
  return entries === undefined
    ? misconfigured(`the size of the cache is a number from 0 to ${MAX_ENTRIES}`)
    : ok(entries);
}

/** A domain of a rule: dnsmasq's patterns with an asterisk are something else, and are refused. */
function parseDomainPart(text: string): Result<Name> {
  if (text === '') return misconfigured('a domain between two slashes is empty');
  if (text.includes('*')) {
    return misconfigured(
      `${text} has an asterisk, and a rule covers all names below a domain anyway`,
    );
  }
  return parseHostName(text);
}

function parseHostName(text: string): Result<Name> {
  if (!/^[A-Za-z0-9_.-]+$/.test(text)) {
    return misconfigured(`"${text}" is no name of letters, digits, hyphens and dots`);
  }
  const name = parseName(text);
  if (!name.ok) return misconfigured(name.error.reason);
  return name;
}

/** An IPv6 address has colons of its own, so it is in brackets before a colon and a port. */
function splitPort(text: string): { host: string; port: string | undefined } {
  const match = /^([^#]*)#(.*)$/.exec(text) ?? /^(\[.*\]|[^:]*):([^:]*)$/.exec(text);
  const host = match?.[1] ?? text;
  return { host: host.replace(/^\[(.*)\]$/, '$1'), port: match?.[2] };
}

function decimal(text: string, limit: number): number | undefined {
  return /^[0-9]{1,10}$/.test(text) && Number(text) <= limit ? Number(text) : undefined;
}

/** RFC 2181 section 8. */
const MAX_TTL = 0x7fff_ffff;
const MAX_ENTRIES = 1_000_000;
