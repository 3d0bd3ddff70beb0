import type { Options } from '@atoll/conf/table';
import { optional, repeated, withDefault } from '@atoll/conf/table';
import { value } from '@atoll/conf/value';
import { parseDhcpHost } from '@atoll/dhcp/argument/host';
import { parseDhcpOption } from '@atoll/dhcp/argument/option';
import { parseDhcpRange } from '@atoll/dhcp/argument/range';
import {
  parseAddressRule,
  parseCacheSize,
  parseDomain,
  parseHostRecord,
  parseUpstream,
} from '@atoll/dns/config';
import { networkArguments } from '@atoll/network/arguments';
import { statusArguments } from '@atoll/status/arguments';
import { syslogArguments, syslogTlsArguments } from '@atoll/syslog/arguments';
import { TRANSPORTS } from './transports.ts';

/** The boot arguments of DNSvizor. Where dnsmasq has an option of the same name, it means the same. */
export const ARGUMENTS = {
  ...networkArguments('10.0.0.2/24'),
  ...statusArguments('none'),
  ...syslogArguments(TRANSPORTS),
  ...syslogTlsArguments(),
  'dhcp-range': repeated(
    value(
      '[set:TAG,]START[,END|static][,NETMASK[,BROADCAST]][,LEASETIME]',
      'a range of addresses',
      parseDhcpRange,
    ),
    {
      summary: 'Addresses to lease. Without a range there is no DHCP server.',
      example: '10.0.0.100,10.0.0.199,12h',
    },
  ),
  'dhcp-host': repeated(
    value('MAC|id:ID[,ADDRESS][,NAME][,LEASETIME|,ignore]', 'a host', parseDhcpHost),
    {
      summary: 'What a known client gets: an address, a name, a lease time, or nothing.',
      example: '02:00:5e:10:00:01,10.0.0.50,printer',
    },
  ),
  'dhcp-option': repeated(
    value('[tag:TAG,]option:NAME|NUMBER[,VALUE]', 'a DHCP option', (text) => parseDhcpOption(text)),
    {
      summary: 'A DHCP option for clients; without a value it takes a default away.',
      example: 'option:ntp-server,10.0.0.1',
    },
  ),
  domain: optional(value('DOMAIN', 'a domain name', parseDomain), {
    summary: 'The local domain: names below it are never forwarded, and clients are told.',
    example: 'lan',
  }),
  'dns-upstream': repeated(value('ADDRESS[:PORT]', 'a DNS server', parseUpstream), {
    summary:
      'Where questions go that cannot be answered here; without it, to the name servers of the network.',
    example: '9.9.9.9',
  }),
  'dns-cache': withDefault(value('NUMBER', 'a whole number', parseCacheSize), '10000', {
    summary: 'How many answers are remembered at most.',
    example: '2000',
  }),
  address: repeated(
    value('/DOMAIN/[ADDRESS|#]', 'domains between slashes, then an address', parseAddressRule),
    {
      summary:
        'The address of a domain and all below it; # is the null address, nothing means that it does not exist.',
      example: '/ads.example/',
    },
  ),
  'host-record': repeated(
    value('NAME[,NAME...][,ADDRESS][,TTL]', 'names, an address, and a TTL', parseHostRecord),
    {
      summary: 'Names of a host, their addresses, and the way back.',
      example: 'router.lan,10.0.0.1',
    },
  ),
};

export type DnsvizorOptions = Options<typeof ARGUMENTS>;
