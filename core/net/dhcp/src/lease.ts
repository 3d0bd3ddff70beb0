/** Leases as plain values, for journals and for dnsmasq's lease file. */
import { fromHex, toHex } from '@atoll/bytes/hex';
import { ipv4Text, parseIpv4 } from '@atoll/ipv4/address';
import type { Failure, Result } from '@atoll/result/result';
import { malformed, ok } from '@atoll/result/result';

export interface LeaseRecord {
  /** Seconds since 1970-01-01 UTC; 0 for a lease without end. */
  readonly expires: number;
  readonly htype: number;
  /** Octets in lower-case hexadecimal with colons. */
  readonly hardware: string;
  readonly address: number;
  /** The host name in lower case; empty when the client has none. */
  readonly name: string;
  /** The client identifier in hexadecimal without separators; `undefined` when it sent none. */
  readonly clientId: string | undefined;
}

/** A line as in dnsmasq's lease file: `expiry mac address name clientid`, with `*` for what is not there. */
export function formatLeaseLine(lease: LeaseRecord): string {
  const { expires, htype, hardware, address, name, clientId } = lease;
  const type = htype === ETHERNET ? '' : `${htype.toString(16).padStart(2, '0')}-`;
  const id = clientId === undefined ? '*' : colons(clientId);
  return `${expires} ${type}${hardware} ${ipv4Text(address)} ${name === '' ? '*' : name} ${id}`;
}

const ETHERNET = 1;

/** The inverse of {@link formatLeaseLine}. */
export function parseLeaseLine(line: string): Result<LeaseRecord, Failure> {
  const parts = LINE.exec(line.trim());
  if (parts === null)
    return malformed('a lease line has five fields: expiry, MAC, address, name, id');
  const [, expires, htype, hardware, addressText, name, clientId] = parts;
  const address = parseIpv4(addressText);
  if (!address.ok) return malformed(`"${addressText}" is not an IPv4 address`);
  return ok({
    expires: Number(expires),
    htype: htype === undefined ? ETHERNET : Number.parseInt(htype, 16),
    hardware: hardware.toLowerCase(),
    address: address.value,
    name: name === '*' ? '' : name.toLowerCase(),
    clientId: clientId === '*' ? undefined : toHex(fromHex(clientId) ?? new Uint8Array(0)),
  });
}

const LINE =
  /^([0-9]{1,12}) (?:([0-9a-f]{2})-)?((?:[0-9a-f]{2}(?::[0-9a-f]{2}){0,15})?) (\S+) (\*|[a-z0-9-]{1,63}) (\*|[0-9a-f]{2}(?::[0-9a-f]{2})*)$/i;

function colons(hex: string): string {
  return hex.replace(/(..)(?=.)/g, '$1:');
}
