/** What a message from a client means before anybody decides about it: its subnet, client and host. */
import { u32 } from '@atoll/bytes/field';
import type { DhcpHost } from '../argument/host.ts';
import { holds, KNOWN, KNOWN_ELSEWHERE } from '../argument/tag.ts';
import { type DhcpServerConfig, inSubnet, type Subnet } from '../config.ts';
import { OPTION } from '../option.ts';
import type { DhcpMessage } from '../packet.ts';
import { type Client, clientIdText, clientKey, hardwareText } from './client.ts';
import { claimedName } from './hostname.ts';
import { type HostMatch, HostTable } from './hosts.ts';
import type { ServedRange } from './state.ts';

export interface Request {
  readonly message: DhcpMessage;
  readonly client: Client;
  readonly subnet: Subnet;
  /** The ranges of the subnet that serve this client, in the order of the configuration; at least one. */
  readonly ranges: readonly ServedRange[];
  readonly host: DhcpHost | undefined;
  /** The address that the host's line gives it here. */
  readonly fixedAddress: number | undefined;
  /** Tags from the host, without those of a range. */
  readonly tags: ReadonlySet<string>;
  /** The name that the client claims; empty when it claims none. */
  readonly claimedName: string;
}

/** Reads requests against the configuration. */
export class RequestReader {
  readonly hosts: HostTable;
  readonly #config: DhcpServerConfig;
  readonly #bySubnet = new Map<Subnet, { ranges: ServedRange[]; tags: Set<string> }>();
  /** Ranges and tags by subnet and by host: they depend on nothing else. */
  readonly #served = new Map<Subnet, Map<DhcpHost | string, Served>>();

  constructor(config: DhcpServerConfig, ranges: readonly ServedRange[]) {
    this.#config = config;
    this.hosts = new HostTable(config.hosts);
    for (const subnet of config.subnets) {
      const own = ranges.filter((range) => range.subnet === subnet);
      const tags = new Set(own.flatMap(({ range }) => range.tags));
      this.#bySubnet.set(subnet, { ranges: own, tags });
      this.#served.set(subnet, new Map());
    }
  }

  /** The request that `message` is, sent to the address `to`; a sentence when it is none to serve. */
  read(message: DhcpMessage, to: number): Request | string {
    const hardware = hardwareText(message);
    const sentId = clientIdText(message);
    if (hardware === '' && sentId === undefined) return 'the client says nothing about itself';
    const subnet = this.#subnetFor(message, to);
    if (subnet === undefined) return 'no subnet is configured for it';

    const claimed = claimedName(message);
    const match = this.match(hardware, sentId, claimed, subnet);
    if (match?.host.ignore) return 'the host is to be ignored';
    const served = this.#serve(subnet, match?.host, match?.elsewhere === true);
    if (served.ranges.length === 0) return 'no range serves it';

    const clientId = match?.host.ignoreClientId ? undefined : sentId;
    return {
      message,
      client: {
        key: clientKey(message.htype, hardware, clientId),
        htype: message.htype,
        hardware,
        clientId,
      },
      subnet,
      ranges: served.ranges,
      host: match?.host,
      fixedAddress: match?.elsewhere ? undefined : match?.host.address,
      tags: served.tags,
      claimedName: claimed,
    };
  }

  /** The line of the host with these properties, `hardware` and `clientId` in hexadecimal. */
  match(
    hardware: string,
    clientId: string | undefined,
    name: string,
    subnet: Subnet,
  ): HostMatch | undefined {
    const { tags } = this.#bySubnet.get(subnet) as { tags: Set<string> };
    return this.hosts.find(hardware, clientId, name, subnet, tags);
  }

  /**
   * The subnet that the client is on: as a relay says (RFC 3527, RFC 3011, then giaddr itself), else by
   * the address that it uses when it sends to us directly, else our own.
   */
  #subnetFor(message: DhcpMessage, to: number): Subnet | undefined {
    const { giaddr, ciaddr } = message;
    const selected = selectedSubnet(message) || giaddr;
    if (selected !== 0) return this.#subnetOf(selected);
    if (ciaddr !== 0 && to === this.#config.address) {
      return this.#subnetOf(ciaddr) ?? this.#config.subnets[0];
    }
    return this.#config.subnets[0];
  }

  #subnetOf(address: number): Subnet | undefined {
    for (const subnet of this.#config.subnets) if (inSubnet(subnet, address)) return subnet;
    return undefined;
  }

  #serve(subnet: Subnet, host: DhcpHost | undefined, elsewhere: boolean): Served {
    const byHost = this.#served.get(subnet) as Map<DhcpHost | string, Served>;
    const known = byHost.get(host ?? '');
    if (known !== undefined) return known;
    const tags = new Set<string>(host?.tags);
    if (host !== undefined) tags.add(elsewhere ? KNOWN_ELSEWHERE : KNOWN);
    const all = (this.#bySubnet.get(subnet) as { ranges: ServedRange[] }).ranges;
    const served = { tags, ranges: all.filter(({ range }) => holds(range.conditions, tags)) };
    byHost.set(host ?? '', served);
    return served;
  }
}

interface Served {
  readonly ranges: readonly ServedRange[];
  readonly tags: ReadonlySet<string>;
}

/** The subnet that a relay (link selection) or the client (subnet selection) asks for; 0 for none. */
function selectedSubnet({ options }: DhcpMessage): number {
  const relay = options.get(OPTION.RELAY_AGENT_INFORMATION);
  if (relay !== undefined) {
    for (let at = 0; at + 2 <= relay.length; at += 2 + relay[at + 1]) {
      if (relay[at] === LINK_SELECTION && relay[at + 1] === 4) return readAddress(relay, at + 2);
    }
  }
  return addressOption(options, OPTION.SUBNET_SELECTION);
}

/** The sub-option of RFC 3527. */
const LINK_SELECTION = 5;

/** The address in option `code`; 0 when there is none. */
export function addressOption(options: ReadonlyMap<number, Uint8Array>, code: number): number {
  const value = options.get(code);
  return value === undefined || value.length !== 4 ? 0 : readAddress(value, 0);
}

function readAddress(bytes: Uint8Array, at: number): number {
  if (at + 4 > bytes.length) return 0;
  return u32(bytes, at);
}
