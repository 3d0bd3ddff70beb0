/**
 * The DHCP options by code: RFC 2132 and those that came later. The names are the ones that users of
 * dnsmasq know; an option without a name there has that of its RFC.
 */
import { describeValue, type ValueType } from './value.ts';

/** The codes that server and client themselves read and write. */
export const OPTION = {
  PAD: 0,
  NETMASK: 1,
  ROUTER: 3,
  DNS_SERVER: 6,
  HOSTNAME: 12,
  DOMAIN_NAME: 15,
  MTU: 26,
  BROADCAST: 28,
  NTP_SERVER: 42,
  REQUESTED_ADDRESS: 50,
  LEASE_TIME: 51,
  OVERLOAD: 52,
  MESSAGE_TYPE: 53,
  SERVER_IDENTIFIER: 54,
  PARAMETER_REQUEST_LIST: 55,
  MESSAGE: 56,
  MAX_MESSAGE_SIZE: 57,
  T1: 58,
  T2: 59,
  CLIENT_ID: 61,
  RAPID_COMMIT: 80,
  CLIENT_FQDN: 81,
  RELAY_AGENT_INFORMATION: 82,
  SUBNET_SELECTION: 118,
  DOMAIN_SEARCH: 119,
  CLASSLESS_ROUTES: 121,
  END: 255,
} as const;

/**
 * The field `siaddr`, the server of the next bootstrap step. It is no option, but is configured like one
 * under the name `server-ip-address` and the code that no option can have.
 */
export const NEXT_SERVER = 255;

export interface OptionDefinition {
  readonly code: number;
  readonly name: string;
  readonly type: ValueType;
}

const DEFINITIONS: readonly (readonly [code: number, name: string, type: ValueType])[] = [
  [1, 'netmask', 'address'],
  [2, 'time-offset', 's32'],
  [3, 'router', 'addresses'],
  [4, 'time-server', 'addresses'],
  [5, 'name-server', 'addresses'],
  [6, 'dns-server', 'addresses'],
  [7, 'log-server', 'addresses'],
  [8, 'cookie-server', 'addresses'],
  [9, 'lpr-server', 'addresses'],
  [10, 'impress-server', 'addresses'],
  [11, 'resource-location-server', 'addresses'],
  [12, 'hostname', 'text'],
  [13, 'boot-file-size', 'u16'],
  [14, 'merit-dump', 'text'],
  [15, 'domain-name', 'text'],
  [16, 'swap-server', 'address'],
  [17, 'root-path', 'text'],
  [18, 'extension-path', 'text'],
  [19, 'ip-forward-enable', 'flag'],
  [20, 'non-local-source-routing', 'flag'],
  [21, 'policy-filter', 'address-pairs'],
  [22, 'max-datagram-reassembly', 'u16'],
  [23, 'default-ttl', 'u8'],
  [24, 'path-mtu-aging-timeout', 'u32'],
  [25, 'path-mtu-plateau-table', 'u16-list'],
  [26, 'mtu', 'u16'],
  [27, 'all-subnets-local', 'flag'],
  [28, 'broadcast', 'address'],
  [29, 'perform-mask-discovery', 'flag'],
  [30, 'mask-supplier', 'flag'],
  [31, 'router-discovery', 'flag'],
  [32, 'router-solicitation', 'address'],
  [33, 'static-route', 'address-pairs'],
  [34, 'trailer-encapsulation', 'flag'],
  [35, 'arp-timeout', 'u32'],
  [36, 'ethernet-encap', 'flag'],
  [37, 'tcp-ttl', 'u8'],
  [38, 'tcp-keepalive', 'u32'],
  [39, 'tcp-keepalive-garbage', 'flag'],
  [40, 'nis-domain', 'text'],
  [41, 'nis-server', 'addresses'],
  [42, 'ntp-server', 'addresses'],
  [43, 'vendor-encap', 'raw'],
  [44, 'netbios-ns', 'addresses'],
  [45, 'netbios-dd', 'addresses'],
  [46, 'netbios-nodetype', 'u8'],
  [47, 'netbios-scope', 'text'],
  [48, 'x-windows-fs', 'addresses'],
  [49, 'x-windows-dm', 'addresses'],
  [50, 'requested-address', 'address'],
  [51, 'lease-time', 'u32'],
  [52, 'overload', 'u8'],
  [53, 'message-type', 'u8'],
  [54, 'server-identifier', 'address'],
  [55, 'parameter-request', 'u8-list'],
  [56, 'message', 'text'],
  [57, 'max-message-size', 'u16'],
  [58, 'T1', 'u32'],
  [59, 'T2', 'u32'],
  [60, 'vendor-class', 'text'],
  [61, 'client-id', 'raw'],
  [62, 'netware-domain', 'text'],
  [63, 'netware-information', 'raw'],
  [64, 'nis+-domain', 'text'],
  [65, 'nis+-server', 'addresses'],
  [66, 'tftp-server', 'text'],
  [67, 'bootfile-name', 'text'],
  [68, 'mobile-ip-home', 'addresses'],
  [69, 'smtp-server', 'addresses'],
  [70, 'pop3-server', 'addresses'],
  [71, 'nntp-server', 'addresses'],
  [72, 'www-server', 'addresses'],
  [73, 'finger-server', 'addresses'],
  [74, 'irc-server', 'addresses'],
  [75, 'streettalk-server', 'addresses'],
  [76, 'stda-server', 'addresses'],
  [77, 'user-class', 'text'],
  [78, 'slp-directory-agent', 'raw'],
  [79, 'slp-service-scope', 'raw'],
  [80, 'rapid-commit', 'empty'],
  [81, 'client-fqdn', 'raw'],
  [82, 'relay-agent-information', 'raw'],
  [83, 'isns', 'raw'],
  [85, 'nds-server', 'addresses'],
  [86, 'nds-tree', 'text'],
  [87, 'nds-context', 'text'],
  [89, 'bcmcs-server', 'addresses'],
  [90, 'authentication', 'raw'],
  [91, 'client-last-transaction-time', 'u32'],
  [92, 'associated-ip', 'addresses'],
  [93, 'client-arch', 'u16-list'],
  [94, 'client-interface-id', 'raw'],
  [97, 'client-machine-id', 'raw'],
  [98, 'user-authentication', 'text'],
  [99, 'civic-location', 'raw'],
  [100, 'posix-timezone', 'text'],
  [101, 'tzdb-timezone', 'text'],
  [108, 'ipv6-only', 'u32'],
  [112, 'netinfo-address', 'addresses'],
  [113, 'netinfo-tag', 'text'],
  [114, 'captive-portal', 'text'],
  [116, 'auto-configure', 'u8'],
  [117, 'name-service-search', 'u16-list'],
  [118, 'subnet-selection', 'address'],
  [119, 'domain-search', 'names'],
  [120, 'sip-server', 'sip-servers'],
  [121, 'classless-static-route', 'routes'],
  [123, 'geographic-location', 'raw'],
  [124, 'vendor-identifying-class', 'raw'],
  [125, 'vendor-id-encap', 'raw'],
  [136, 'pana-agent', 'addresses'],
  [138, 'capwap-controller', 'addresses'],
  [150, 'tftp-server-address', 'addresses'],
  [161, 'mud-url', 'text'],
  [162, 'encrypted-dns', 'raw'],
  [209, 'configuration-file', 'text'],
  [210, 'path-prefix', 'text'],
  [211, 'reboot-time', 'u32'],
  [212, '6rd', 'raw'],
  [249, 'ms-classless-static-route', 'routes'],
  [252, 'wpad', 'text'],
  [NEXT_SERVER, 'server-ip-address', 'address'],
];

const BY_CODE = new Map<number, OptionDefinition>();
const BY_NAME = new Map<string, OptionDefinition>();
for (const [code, name, type] of DEFINITIONS) {
  const definition = { code, name, type };
  BY_CODE.set(code, definition);
  BY_NAME.set(name.toLowerCase(), definition);
}

/** The definition of option `code`; one that has none here is called by its number and raw. */
export function optionByCode(code: number): OptionDefinition {
  return BY_CODE.get(code) ?? { code, name: `option-${code}`, type: 'raw' };
}

/** The definition of the option called `name`, in any case. */
export function optionByName(name: string): OptionDefinition | undefined {
  return BY_NAME.get(name.toLowerCase());
}

/** All names. */
export function optionNames(): readonly string[] {
  return DEFINITIONS.map(([, name]) => name);
}

/** `dns-server 192.0.2.1,192.0.2.2`; the octets in hexadecimal when they are not what the option holds. */
export function describeOption(code: number, value: Uint8Array): string {
  const { name, type } = optionByCode(code);
  const text = describeValue(type, value);
  return text === '' ? name : `${name} ${text}`;
}
