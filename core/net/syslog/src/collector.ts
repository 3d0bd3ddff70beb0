import { fromHex } from '@atoll/bytes/hex';
import { nearest } from '@atoll/conf/nearest';
import type { IpAddress } from '@atoll/device/socket';
import { parseIpv4 } from '@atoll/ipv4/address';
import { parseIpv6 } from '@atoll/ipv6/address';
import type { Result } from '@atoll/result/result';
import { misconfigured, ok } from '@atoll/result/result';
import type { Transport } from './transport/transport.ts';

/** Where log lines go. */
export interface Collector {
  /** As it was written, without a fingerprint. */
  readonly text: string;
  readonly transport: Transport;
  /** A name, or an address without brackets. */
  readonly host: string;
  /** The address that `host` is; `undefined` for a name. */
  readonly address: IpAddress | undefined;
  readonly port: number;
  /** The SHA-256 of its certificate. */
  readonly fingerprint: Uint8Array | undefined;
}

/**
 * Parses `udp://10.0.0.1`, `tcp://[2001:db8::1]:601` or `tls://logs.example:6514#sha256=AB:CD:…`, whose scheme
 * must be one of `transports`.
 */
export function parseCollector(text: string, transports: readonly Transport[]): Result<Collector> {
  const schemes = transports.map(({ scheme }) => scheme);
  const parts = /^([a-z0-9+.-]*):\/\/([^#]*)(?:#(.*))?$/i.exec(text);
  if (parts === null) return misconfigured(`it does not begin with ${oneOf(schemes)}`);
  const [, scheme, place, pin] = parts;
  const transport = transports.find((one) => one.scheme === scheme.toLowerCase());
  if (transport === undefined) {
    const near = nearest(scheme.toLowerCase(), schemes);
    return misconfigured(
      near === undefined ? `it does not begin with ${oneOf(schemes)}` : `did you mean ${near}://?`,
    );
  }
  const target = /^(\[[^\]]*\]|[^:/?@[\]]+)(?::([0-9]*))?\/?$/.exec(place);
  if (target === null) return misconfigured('behind :// is no address, name or port');
  const [, written, digits] = target;
  const host = hostOf(written);
  if (!host.ok) return host;
  const port = digits === undefined ? transport.port : Number(digits);
  if (digits === '' || port < 1 || port > 0xffff) return misconfigured('ports are 1 to 65535');
  const fingerprint = pin === undefined ? ok(undefined) : fingerprintOf(pin, transport);
  if (!fingerprint.ok) return fingerprint;
  const plain = `${transport.scheme}://${written}:${port}`;
  return ok({ ...host.value, text: plain, transport, port, fingerprint: fingerprint.value });
}

function hostOf(written: string): Result<Pick<Collector, 'host' | 'address'>> {
  if (written.startsWith('[')) {
    const host = written.slice(1, -1);
    const address = parseIpv6(host);
    return address.ok ? ok({ host, address: address.value }) : misconfigured(address.error.reason);
  }
  const address = parseIpv4(written);
  if (address.ok) return ok({ host: written, address: address.value });
  if (/^[0-9.]+$/.test(written)) return misconfigured(address.error.reason);
  const isName = written.length <= 253 && written.split('.').every((label) => LABEL.test(label));
  if (!isName) return misconfigured(`${written} is neither an address nor a name`);
  return ok({ host: written.toLowerCase(), address: undefined });
}

/** `sha256=` and 32 bytes in hexadecimal, with colons between them or without, as OpenSSL writes them. */
function fingerprintOf(pin: string, { scheme }: Transport): Result<Uint8Array> {
  if (scheme !== 'tls') return misconfigured(`a fingerprint is for tls://, not for ${scheme}://`);
  const digits = /^sha-?256[=:]([0-9a-f:]*)$/i.exec(pin)?.[1];
  if (digits === undefined) return misconfigured('behind # stands sha256= and a fingerprint');
  const bytes = fromHex(digits.replaceAll(':', '').toLowerCase());
  if (bytes?.length === 32) return ok(bytes);
  return misconfigured('a fingerprint has 32 bytes in hexadecimal');
}

function oneOf(schemes: readonly string[]): string {
  return schemes.map((scheme) => `${scheme}://`).join(' or ');
}

const LABEL = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/i;
