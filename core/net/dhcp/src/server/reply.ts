/** Builds the server's messages and says where they go. */
import { encodeLatin1 } from '@atoll/bytes/latin1';
import { macAt } from '@atoll/ethernet/address';
import { LIMITED_BROADCAST } from '@atoll/ipv4/address';
import { INFINITE } from '../argument/duration.ts';
import { type DhcpServerConfig, inSubnet } from '../config.ts';
import { OPTION } from '../option.ts';
import {
  BOOTREPLY,
  BROADCAST_FLAG,
  CLIENT_PORT,
  DEFAULT_LIMIT,
  type DhcpMessage,
  ETHERNET,
  emitMessage,
  MESSAGE_TYPE,
  SERVER_PORT,
} from '../packet.ts';
import { fqdnReply } from './hostname.ts';
import { type ConfiguredOptions, OptionChooser } from './options.ts';
import type { Request } from './request.ts';
import type { ServedRange } from './state.ts';
import type { Transmission } from './transmission.ts';

/** What a client is given. */
export interface Grant {
  readonly type: number;
  /** 0 in the answer to an INFORM. */
  readonly yiaddr: number;
  /** `undefined` in the answer to an INFORM. */
  readonly leaseSeconds: number | undefined;
  readonly name: string;
  /** The range whose options count. */
  readonly range: ServedRange;
  readonly rapidCommit: boolean;
  /** The relay that the client is behind, now or when it got its lease; 0 if there is none. */
  readonly relay: number;
}

export class ReplyWriter {
  readonly #config: DhcpServerConfig;
  readonly #chooser: OptionChooser;
  readonly #ownAddress: Uint8Array;
  readonly #router: Uint8Array;
  readonly #domain: Uint8Array | undefined;

  constructor(config: DhcpServerConfig) {
    this.#config = config;
    this.#chooser = new OptionChooser(config);
    this.#ownAddress = u32(config.address);
    this.#router = u32(config.router);
    this.#domain = config.domain === undefined ? undefined : encodeLatin1(config.domain);
  }

  /** OFFER or ACK. */
  grant(request: Request, grant: Grant): Transmission {
    const { message } = request;
    const configured = this.#chooser.choose(grant.range, request.tags);
    const options = this.#begin(message);
    if (grant.rapidCommit) options.set(OPTION.RAPID_COMMIT, EMPTY);
    if (grant.leaseSeconds !== undefined)
      addTimes(options, grant.leaseSeconds, message.xid, configured);
    this.#addConfigured(options, request, grant, configured);
    const fqdn = message.options.get(OPTION.CLIENT_FQDN);
    if (fqdn !== undefined) {
      options.set(OPTION.CLIENT_FQDN, fqdnReply(fqdn, grant.name, this.#config.domain));
    }
    echo(message, options);
    const ciaddr = grant.type === MESSAGE_TYPE.OFFER ? 0 : message.ciaddr;
    return transmission(message, {
      ...replyTo(message, grant.type, options),
      ciaddr,
      yiaddr: grant.yiaddr,
      siaddr: configured.nextServer,
    });
  }

  /** `direct`: the client is on a subnet behind a router and can hear no broadcast of ours. */
  nak(message: DhcpMessage, sentence: string, direct: boolean): Transmission {
    const options = this.#begin(message);
    options.set(OPTION.MESSAGE, encodeLatin1(sentence));
    echo(message, options);
    const reply = replyTo(message, MESSAGE_TYPE.NAK, options);
    const payload = (flags: number) => emitMessage({ ...reply, flags }, payloadLimit(message));
    if (message.giaddr !== 0) {
      // The relay must not send this to an address that the client may not have (RFC 2131 section 4.3.2).
      return send(message.giaddr, SERVER_PORT, payload(message.flags | BROADCAST_FLAG));
    }
    return send(direct ? message.ciaddr : LIMITED_BROADCAST, CLIENT_PORT, payload(message.flags));
  }

  /** What every reply starts with: the server, and the client's identifier as it sent it (RFC 6842). */
  #begin({ options }: DhcpMessage): Map<number, Uint8Array> {
    const clientId = options.get(OPTION.CLIENT_ID);
    const begun = new Map([[OPTION.SERVER_IDENTIFIER as number, this.#ownAddress]]);
    if (clientId !== undefined) begun.set(OPTION.CLIENT_ID, clientId);
    return begun;
  }

  /** The netmask, which goes before any router (RFC 2132 section 3.3), then what the client asked for. */
  #addConfigured(
    options: Map<number, Uint8Array>,
    request: Request,
    grant: Grant,
    configured: ConfiguredOptions,
  ): void {
    const { values, forced } = configured;
    this.#add(options, OPTION.NETMASK, request, grant, values);
    const asked = request.message.options.get(OPTION.PARAMETER_REQUEST_LIST);
    if (asked === undefined) {
      for (const code of DEFAULTS) this.#add(options, code, request, grant, values);
      for (const code of values.keys()) this.#add(options, code, request, grant, values);
    } else {
      for (let at = 0; at < asked.length; at++) {
        this.#add(options, asked[at], request, grant, values);
      }
    }
    this.#add(options, OPTION.BROADCAST, request, grant, values);
    for (const code of forced) this.#add(options, code, request, grant, values);
  }

  #add(
    options: Map<number, Uint8Array>,
    code: number,
    request: Request,
    grant: Grant,
    values: ReadonlyMap<number, Uint8Array | undefined>,
  ): void {
    if (options.has(code)) return;
    const value = values.has(code) ? values.get(code) : this.#default(code, request, grant);
    if (value !== undefined) options.set(code, value);
  }

  #default(code: number, request: Request, grant: Grant): Uint8Array | undefined {
    switch (code) {
      case OPTION.NETMASK:
        return u32(request.subnet.netmask);
      case OPTION.BROADCAST:
        return u32(request.subnet.broadcast);
      case OPTION.ROUTER:
        return this.#defaultRouter(request, grant);
      case OPTION.DNS_SERVER:
        return this.#ownAddress;
      case OPTION.DOMAIN_NAME:
        return this.#domain;
      case OPTION.HOSTNAME:
        return grant.name === '' ? undefined : encodeLatin1(grant.name);
      default:
        return undefined;
    }
  }

  /** On a subnet behind a relay that has an address there, the relay. */
  #defaultRouter({ subnet }: Request, { relay }: Grant): Uint8Array | undefined {
    if (subnet === this.#config.subnets[0]) return this.#router;
    return relay !== 0 && inSubnet(subnet, relay) ? u32(relay) : undefined;
  }
}

/** What a client without a parameter request list gets. */
const DEFAULTS: readonly number[] = [
  OPTION.ROUTER,
  OPTION.DNS_SERVER,
  OPTION.DOMAIN_NAME,
  OPTION.HOSTNAME,
];

const EMPTY = new Uint8Array(0);

/** Lease time, T1 and T2. Both are a little early, by the client's random xid, lest all renew at once. */
function addTimes(
  options: Map<number, Uint8Array>,
  leaseSeconds: number,
  xid: number,
  { values }: ConfiguredOptions,
): void {
  options.set(OPTION.LEASE_TIME, u32(leaseSeconds));
  if (leaseSeconds === INFINITE) return;
  const early = xid % (1 + (leaseSeconds >>> 5));
  if (!values.has(OPTION.T1)) options.set(OPTION.T1, u32(Math.floor(leaseSeconds / 2) - early));
  if (!values.has(OPTION.T2)) options.set(OPTION.T2, u32(Math.floor(leaseSeconds * 0.875) - early));
}

/** What every reply repeats for those on the way (RFC 3011, RFC 3046). */
function echo(message: DhcpMessage, options: Map<number, Uint8Array>): void {
  for (const code of ECHOED) {
    const value = message.options.get(code);
    if (value !== undefined) options.set(code, value);
  }
}

const ECHOED: readonly number[] = [OPTION.SUBNET_SELECTION, OPTION.RELAY_AGENT_INFORMATION];

/** RFC 2131 table 3. */
function replyTo(
  message: DhcpMessage,
  type: number,
  options: ReadonlyMap<number, Uint8Array>,
): DhcpMessage {
  return {
    op: BOOTREPLY,
    type,
    htype: message.htype,
    hops: 0,
    xid: message.xid,
    secs: 0,
    flags: message.flags,
    ciaddr: 0,
    yiaddr: 0,
    siaddr: 0,
    giaddr: message.giaddr,
    chaddr: message.chaddr,
    sname: '',
    file: '',
    options,
  };
}

/** RFC 2131 section 4.1, and 4.3.5 for INFORM, whose answer goes past the relay. */
function transmission(message: DhcpMessage, reply: DhcpMessage): Transmission {
  const payload = emitMessage(reply, payloadLimit(message));
  const { giaddr, ciaddr, flags, htype, chaddr } = message;
  const informed = message.type === MESSAGE_TYPE.INFORM && ciaddr !== 0;
  if (giaddr !== 0 && !informed) return send(giaddr, SERVER_PORT, payload);
  if (reply.ciaddr !== 0) return send(ciaddr, CLIENT_PORT, payload);
  const unicast = (flags & BROADCAST_FLAG) === 0 && reply.yiaddr !== 0;
  if (!unicast || htype !== ETHERNET || chaddr.length !== 6) {
    return send(LIMITED_BROADCAST, CLIENT_PORT, payload);
  }
  return { to: { address: reply.yiaddr, port: CLIENT_PORT }, mac: macAt(chaddr, 0), payload };
}

function send(address: number, port: number, payload: Uint8Array): Transmission {
  return { to: { address, port }, mac: undefined, payload };
}

/** How long a payload the client takes: its maximum message size counts the IP and UDP headers. */
function payloadLimit({ options }: DhcpMessage): number {
  const size = options.get(OPTION.MAX_MESSAGE_SIZE);
  if (size === undefined || size.length !== 2) return DEFAULT_LIMIT;
  const limit = ((size[0] << 8) | size[1]) - HEADERS;
  return Math.min(Math.max(limit, DEFAULT_LIMIT), LARGEST_LIMIT);
}

const HEADERS = 28;

/** A payload that fits into one Ethernet frame: fragments to a client without an address are lost. */
const LARGEST_LIMIT = 1500 - HEADERS;

function u32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
}
