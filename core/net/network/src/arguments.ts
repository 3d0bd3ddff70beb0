import type { Options } from '@atoll/conf/table';
import { optional, withDefault } from '@atoll/conf/table';
import { value } from '@atoll/conf/value';
import type { Ipv4Prefix } from '@atoll/ipv4/address';
import { parseIpv4, parsePrefix } from '@atoll/ipv4/address';
import { parseIpv6 } from '@atoll/ipv6/address';
import type { Ipv6Prefix } from '@atoll/ipv6/prefix';
import { parseIpv6Prefix } from '@atoll/ipv6/prefix';
import { ok } from '@atoll/result/result';

/** Where an appliance's IPv4 address comes from: the argument itself, a DHCP server, or nowhere. */
export type Ipv4Choice = Ipv4Prefix | 'dhcp' | 'none';

/** Likewise for IPv6: from what routers say (SLAAC and DHCPv6) when it is `auto`. */
export type Ipv6Choice = Ipv6Prefix | 'auto' | 'none';

/** The boot arguments of every appliance with a network; `ipv4` is the default of `--ipv4`. */
export function networkArguments(ipv4: string) {
  return {
    ipv4: withDefault(
      value(
        'ADDRESS/PREFIX|dhcp|none',
        'an IPv4 address with the length of its prefix, dhcp, or none',
        parseIpv4Choice,
      ),
      ipv4,
      {
        summary: 'Our own IPv4 address and network, or where to get them.',
        example: '192.168.1.2/24',
      },
    ),
    'ipv4-gateway': optional(value('ADDRESS', 'an IPv4 address', parseIpv4), {
      summary: 'The IPv4 router; with --ipv4=dhcp instead of the one that the server says.',
      example: '10.0.0.1',
    }),
    ipv6: withDefault(
      value(
        'ADDRESS/PREFIX|auto|none',
        'an IPv6 address with the length of its prefix, auto, or none',
        parseIpv6Choice,
      ),
      'auto',
      {
        summary: 'Our own IPv6 address and network; auto takes them from what routers say.',
        example: '2001:db8::2/64',
      },
    ),
    'ipv6-gateway': optional(value('ADDRESS', 'an IPv6 address', parseIpv6), {
      summary: 'An IPv6 router beside those that announce themselves.',
      example: 'fe80::1',
    }),
  };
}

export type NetworkOptions = Options<ReturnType<typeof networkArguments>>;

function parseIpv6Choice(text: string) {
  return text === 'auto' || text === 'none' ? ok<Ipv6Choice>(text) : parseIpv6Prefix(text);
}

function parseIpv4Choice(text: string) {
  return text === 'dhcp' || text === 'none' ? ok<Ipv4Choice>(text) : parsePrefix(text);
}
