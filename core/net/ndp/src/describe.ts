import { macText } from '@atoll/ethernet/address';
import { ipv6Text } from '@atoll/ipv6/address';
import type { NdpMessage, RouterAdvertisement } from './packet.ts';
import {
  NEIGHBOUR_ADVERTISEMENT,
  NEIGHBOUR_SOLICITATION,
  REDIRECT,
  ROUTER_ADVERTISEMENT,
  ROUTER_SOLICITATION,
} from './packet.ts';

/** `ND who-has fe80::1`, `ND fe80::1 is-at 02:00:00:00:00:01`, `ND router for 1800 s, 2001:db8::/64`. */
export function describeNdp(message: NdpMessage): string {
  switch (message.type) {
    case ROUTER_SOLICITATION:
      return 'ND who-is a router';
    case ROUTER_ADVERTISEMENT:
      return `ND router for ${message.lifetime} s${prefixTexts(message)}`;
    case NEIGHBOUR_SOLICITATION:
      return `ND who-has ${ipv6Text(message.target)}`;
    case NEIGHBOUR_ADVERTISEMENT:
      return `ND ${ipv6Text(message.target)} is-at ${macOf(message.mac)}`;
    case REDIRECT:
      return `ND to ${ipv6Text(message.destination)} by ${ipv6Text(message.target)}`;
  }
}

function prefixTexts({ prefixes }: RouterAdvertisement): string {
  const shown = prefixes
    .slice(0, SHOWN)
    .map(({ prefix, length }) => `, ${ipv6Text(prefix)}/${length}`);
  return shown.join('') + (prefixes.length > SHOWN ? ', ...' : '');
}

function macOf(mac: number | undefined): string {
  return mac === undefined ? 'the same place' : macText(mac);
}

const SHOWN = 3;
