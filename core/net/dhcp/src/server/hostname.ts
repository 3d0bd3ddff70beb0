/** Host names that clients claim: the host name option (12) and the client FQDN option (RFC 4702). */
import { encodeLatin1 } from '@atoll/bytes/latin1';
import { decodeUtf8 } from '@atoll/bytes/utf8';
import { OPTION } from '../option.ts';
import type { DhcpMessage } from '../packet.ts';

/** The name that `message` claims, in letters, digits and hyphens; empty when it claims none. */
export function claimedName({ options }: DhcpMessage): string {
  const fqdn = options.get(OPTION.CLIENT_FQDN);
  if (fqdn !== undefined && fqdn.length > FQDN_NAME_AT) {
    const name = hostLabel(fqdn[0] & FQDN_WIRE ? firstLabel(fqdn) : asciiName(fqdn));
    if (name !== '') return name;
  }
  const hostname = options.get(OPTION.HOSTNAME);
  return hostname === undefined ? '' : hostLabel(decodeUtf8(hostname.subarray(0, LONGEST_NAME)));
}

const LONGEST_NAME = 255;

/**
 * The first label of `name` as a host name (RFC 1123 section 2.1), in lower case: apostrophes and the
 * like are dropped, any other run of foreign characters becomes one hyphen.
 */
export function hostLabel(name: string): string {
  const dot = name.indexOf('.');
  return (dot < 0 ? name : name.slice(0, dot))
    .toLowerCase()
    .replace(/['’"`]/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 64)
    .replace(/^-/, '')
    .slice(0, 63)
    .replace(/-$/, '');
}

/** The client FQDN option: flags, two octets that once were RCODEs, the name (RFC 4702 section 2). */
const FQDN_NAME_AT = 3;
/** The server updates the A record. */
const FQDN_SERVER = 0x01;
/** The server overrides the client's wish for S. */
const FQDN_OVERRIDE = 0x02;
/** The name is in DNS wire format without compression, otherwise in ASCII. */
const FQDN_WIRE = 0x04;

function firstLabel(fqdn: Uint8Array): string {
  const length = fqdn[FQDN_NAME_AT];
  const start = FQDN_NAME_AT + 1;
  if (length > 63 || start + length > fqdn.length) return '';
  return decodeUtf8(fqdn.subarray(start, start + length));
}

function asciiName(fqdn: Uint8Array): string {
  return decodeUtf8(fqdn.subarray(FQDN_NAME_AT, FQDN_NAME_AT + LONGEST_NAME));
}

/**
 * The client FQDN option of a reply to `fqdn`: `name` in the client's encoding, and flags that say that
 * the server does the updates, asked or not, as nobody else can (RFC 4702 section 4).
 */
export function fqdnReply(fqdn: Uint8Array, name: string, domain: string | undefined): Uint8Array {
  const asked = fqdn.length > 0 ? fqdn[0] : 0;
  const flags = FQDN_SERVER | (asked & FQDN_SERVER ? 0 : FQDN_OVERRIDE) | (asked & FQDN_WIRE);
  const bytes = [flags, RCODE_UNUSED, RCODE_UNUSED];
  const labels = name === '' ? [] : [name, ...(domain?.split('.') ?? [])];
  if (flags & FQDN_WIRE) {
    for (const label of labels) bytes.push(label.length, ...encodeLatin1(label));
    if (labels.length > 1) bytes.push(0);
  } else {
    bytes.push(...encodeLatin1(labels.join('.')));
  }
  return Uint8Array.from(bytes);
}

/** RFC 4702 section 2.2: servers set both fields to 255. */
const RCODE_UNUSED = 255;
