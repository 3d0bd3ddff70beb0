/** Options as text for logs. */
import { toHex } from '@atoll/bytes/hex';
import { ipv6Text } from '@atoll/ipv6/address';
import { parseIa } from './identity-association.ts';
import {
  addressesIn,
  domainsIn,
  numberIn,
  OPTION,
  STATUS,
  type Status,
  statusOf,
} from './option.ts';

/** `dns-servers 2001:db8::1,2001:db8::2`; the octets in hexadecimal when they are not what the option holds. */
export function describeOption(code: number, data: Uint8Array): string {
  const name = NAMES[code] ?? `option-${code}`;
  if (data.length === 0) return name;
  return `${name} ${describeData(code, data) ?? toHex(data)}`;
}

function describeData(code: number, data: Uint8Array): string | undefined {
  switch (code) {
    case OPTION.IA_NA:
      return describeIa(data);
    case OPTION.OPTION_REQUEST:
      return data.length % 2 === 0 ? requested(data) : undefined;
    case OPTION.PREFERENCE:
      return data.length === 1 ? String(data[0]) : undefined;
    case OPTION.ELAPSED_TIME:
      return data.length === 2 ? `${((data[0] << 8) | data[1]) / 100} s` : undefined;
    case OPTION.STATUS_CODE:
      return data.length >= 2 ? statusText(statusOf([{ code, data }])) : undefined;
    case OPTION.DNS_SERVERS:
      return addressesIn(data)?.map(ipv6Text).join();
    case OPTION.DOMAIN_LIST:
      return domainsIn(data)?.join();
    case OPTION.INFORMATION_REFRESH_TIME:
    case OPTION.SOL_MAX_RT:
    case OPTION.INF_MAX_RT:
      return numberIn(data)?.toString();
    default:
      return undefined;
  }
}

function describeIa(data: Uint8Array): string | undefined {
  const association = parseIa(data);
  if (!association.ok) return undefined;
  const { iaid, addresses, status } = association.value;
  const parts = [String(iaid)];
  for (const { address, validLifetime } of addresses) {
    parts.push(`${ipv6Text(address)} for ${validLifetime} s`);
  }
  if (status.code !== STATUS.SUCCESS) parts.push(statusText(status));
  return parts.join(' ');
}

function requested(data: Uint8Array): string {
  const names: string[] = [];
  for (let at = 0; at < data.length; at += 2) {
    const code = (data[at] << 8) | data[at + 1];
    names.push(NAMES[code] ?? String(code));
  }
  return names.join();
}

/** The server's words without what has no business in a log line. */
export function statusText({ code, message }: Status): string {
  const name = STATUS_NAMES[code] ?? `status ${code}`;
  const words = message.replace(/[^\x20-\x7e]/g, '?').slice(0, 100);
  return words === '' ? name : `${name} (${words})`;
}

const namesOf = (codes: Readonly<Record<string, number>>): Readonly<Record<number, string>> =>
  Object.fromEntries(
    Object.entries(codes).map(([name, code]) => [code, name.toLowerCase().replaceAll('_', '-')]),
  );
const NAMES = namesOf(OPTION);
const STATUS_NAMES = namesOf(STATUS);
