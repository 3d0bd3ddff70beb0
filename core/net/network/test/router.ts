import { linkLayerDuid } from '@atoll/dhcpv6/duid';
import { iaOption, parseIa, SUCCESS } from '@atoll/dhcpv6/identity-association';
import type { Option } from '@atoll/dhcpv6/option';
import { addressesOption, findOption, OPTION } from '@atoll/dhcpv6/option';
import type { Dhcpv6Message } from '@atoll/dhcpv6/packet';
import { emitMessage, MESSAGE_TYPE, parseMessage, SERVER_PORT } from '@atoll/dhcpv6/packet';
import { emitIcmpv6 } from '@atoll/icmpv6/packet';
import { ALL_DHCP_AGENTS, ALL_NODES } from '@atoll/ipv6/address';
import { PROTOCOL_ICMPV6 } from '@atoll/ipv6/packet';
import { addressSum } from '@atoll/ipv6/pseudo-header';
import { Logger } from '@atoll/log/log';
import type { PrefixInformation } from '@atoll/ndp/option';
import type { RouterAdvertisement } from '@atoll/ndp/packet';
import { emitNdp, ROUTER_ADVERTISEMENT } from '@atoll/ndp/packet';
import { expect as unwrap } from '@atoll/result/result';
import type { LanHost } from '@atoll/sim/host';
import type { Lan } from '@atoll/sim/lan';
import type { Interface } from '@atoll/stack/interface';
import { Stack } from '@atoll/stack/stack';

export const PREFIX = 0x2001_0db8_0001n << 80n;
export const LEASED = PREFIX | 0x1000n;
export const NAME_SERVER = PREFIX | 0x53n;
/** In seconds. */
export const LIFETIME = 600;
const INTERVAL_MS = 5000;

/** An IPv6 router that announces itself, and a DHCPv6 server beside it, which leases one address after the other. */
export class Router {
  readonly host: LanHost;
  readonly stack: Stack;
  readonly eth: Interface;
  /** Whether it says anything. */
  isSilent = false;
  /** Types of the messages to the DHCPv6 server. */
  readonly asked: number[] = [];
  readonly declined: bigint[] = [];
  #advertisement: RouterAdvertisement;
  #next = 0;
  #leased = LEASED;
  readonly #duid: Uint8Array;

  constructor(lan: Lan, advertisement: Partial<RouterAdvertisement> = {}) {
    this.host = lan.host('router');
    const { device, entropy } = this.host;
    this.stack = new Stack({ entropy, log: new Logger(() => {}), wake: () => this.host.wake() });
    this.eth = this.stack.attach({ device, ipv6: 'link-local' });
    this.eth.ipv6.add(NAME_SERVER, 64, 0);
    this.stack.addRoute6(this.eth, { address: PREFIX, length: 64 });
    this.#duid = linkLayerDuid(device.mac);
    this.#advertisement = { ...PLAIN, mac: device.mac, ...advertisement };
    this.eth.ipv6.join(ALL_DHCP_AGENTS);
    const socket = this.eth.udp.bind(SERVER_PORT, (payload, from) => {
      const answer = this.#answer(unwrap(parseMessage(payload)));
      if (answer !== undefined) socket?.send(emitMessage(answer), from);
    });
    this.host.run(this.stack);
    this.host.run({ poll: (now) => this.#poll(now) });
  }

  /** Says something else from now on. */
  advertise(changes: Partial<RouterAdvertisement>): void {
    this.#advertisement = { ...this.#advertisement, ...changes };
    this.#next = 0;
  }

  #poll(now: number): number {
    const source = this.eth.ipv6.linkLocal;
    if (source !== undefined && now >= this.#next) {
      this.#next = now + INTERVAL_MS;
      if (!this.isSilent) this.#announce(source);
    }
    return source === undefined ? this.eth.nextTimeout : this.#next;
  }

  #announce(source: bigint): void {
    const way = { source, destination: ALL_NODES, hop: ALL_NODES };
    const message = emitIcmpv6(emitNdp(this.#advertisement), addressSum(source, ALL_NODES));
    this.eth.ipv6.output.send(way, PROTOCOL_ICMPV6, message, { hopLimit: 255 });
  }

  #answer(message: Dhcpv6Message): Dhcpv6Message | undefined {
    const { type, options } = message;
    this.asked.push(type);
    if (this.isSilent) return undefined;
    const wanted = parseIa(findOption(options, OPTION.IA_NA) ?? new Uint8Array(0));
    const more: Option[] = [];
    if (type === MESSAGE_TYPE.DECLINE && wanted.ok) {
      this.declined.push(...wanted.value.addresses.map(({ address }) => address));
      this.#leased++;
    } else if (wanted.ok) more.push(grant(this.#leased));
    if (type === MESSAGE_TYPE.SOLICIT) {
      more.push({ code: OPTION.RAPID_COMMIT, data: new Uint8Array(0) });
    }
    return {
      type: MESSAGE_TYPE.REPLY,
      transactionId: message.transactionId,
      options: [
        { code: OPTION.CLIENT_ID, data: findOption(options, OPTION.CLIENT_ID) ?? NOBODY },
        { code: OPTION.SERVER_ID, data: this.#duid },
        addressesOption(OPTION.DNS_SERVERS, [NAME_SERVER + 1n]),
        ...more,
      ],
    };
  }
}

function grant(address: bigint): Option {
  const lifetimes = { preferredLifetime: LIFETIME / 2, validLifetime: LIFETIME };
  const addresses = [{ address, ...lifetimes, status: SUCCESS }];
  return iaOption({ iaid: 1, t1: 0, t2: 0, addresses, status: SUCCESS });
}

export function prefix(changes: Partial<PrefixInformation> = {}): PrefixInformation {
  return {
    prefix: PREFIX,
    length: 64,
    isOnLink: true,
    isAutonomous: true,
    validLifetime: LIFETIME,
    preferredLifetime: LIFETIME / 2,
    ...changes,
  };
}

const NOBODY = new Uint8Array(3);

const PLAIN: RouterAdvertisement = {
  type: ROUTER_ADVERTISEMENT,
  mac: undefined,
  hopLimit: 0,
  isManaged: false,
  hasOtherConfiguration: false,
  preference: 0,
  lifetime: LIFETIME,
  reachableTime: 0,
  retransmitTime: 0,
  mtu: undefined,
  prefixes: [prefix()],
  routes: [],
  dnsServers: [],
  searchDomains: [],
};
