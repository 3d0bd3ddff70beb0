import type { Options } from '@atoll/conf/table';
import { optional, withDefault } from '@atoll/conf/table';
import { value } from '@atoll/conf/value';
import type { Ipv4Prefix } from '@atoll/ipv4/address';
import { parseIpv4, parsePrefix } from '@atoll/ipv4/address';
import { ok } from '@atoll/result/result';

/** Where an appliance's IPv4 address comes from: the argument itself, a DHCP server, or nowhere. */
export type Ipv4Choice = Ipv4Prefix | 'dhcp' | 'none';

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
  };
}

export type NetworkOptions = Options<ReturnType<typeof networkArguments>>;

function parseIpv4Choice(text: string) {
  return text === 'dhcp' || text === 'none' ? ok<Ipv4Choice>(text) : parsePrefix(text);
}
