/** The client's messages (RFC 2131 section 4.4 and table 5). */
import { writeU32 } from '@atoll/bytes/field';
import { encodeLatin1 } from '@atoll/bytes/latin1';
import { writeMac } from '@atoll/ethernet/address';
import { LIMITED_BROADCAST, UNSPECIFIED } from '@atoll/ipv4/address';
import { OPTION } from '../option.ts';
import {
  BOOTREQUEST,
  BROADCAST_FLAG,
  type DhcpMessage,
  ETHERNET,
  emitMessage,
  MESSAGE_TYPE,
  SERVER_PORT,
} from '../packet.ts';
import type { ClientTransmission } from './event.ts';
import type { ClientLease } from './lease.ts';
import type { DhcpClientOptions } from './options.ts';
import type { Asking, Offer } from './state.ts';

export class MessageWriter {
  readonly #options: Required<DhcpClientOptions>;
  readonly #chaddr = new Uint8Array(6);

  constructor(options: Required<DhcpClientOptions>) {
    this.#options = options;
    writeMac(this.#chaddr, 0, options.mac);
  }

  /** `address` is one that we would like; 0 for any. */
  discover(asking: Asking, address: number): ClientTransmission {
    const options = this.#parameters();
    if (address !== 0) options.set(OPTION.REQUESTED_ADDRESS, addressOctets(address));
    if (this.#options.rapidCommit) options.set(OPTION.RAPID_COMMIT, new Uint8Array(0));
    return this.#broadcast(MESSAGE_TYPE.DISCOVER, asking, options);
  }

  /** Takes an offer. */
  select(asking: Asking, { address, serverIdentifier }: Offer): ClientTransmission {
    const options = this.#parameters();
    options.set(OPTION.REQUESTED_ADDRESS, addressOctets(address));
    options.set(OPTION.SERVER_IDENTIFIER, addressOctets(serverIdentifier));
    return this.#broadcast(MESSAGE_TYPE.REQUEST, asking, options);
  }

  /** Asks whether `address` is still ours. */
  reboot(asking: Asking, address: number): ClientTransmission {
    const options = this.#parameters();
    options.set(OPTION.REQUESTED_ADDRESS, addressOctets(address));
    return this.#broadcast(MESSAGE_TYPE.REQUEST, asking, options);
  }

  /** Asks the lease's server to prolong it, or with `rebinding` any server. */
  renew(asking: Asking, lease: ClientLease, rebinding: boolean): ClientTransmission {
    const { address, serverIdentifier } = lease;
    const { xid, secs } = asking;
    const message = this.#message(MESSAGE_TYPE.REQUEST, xid, this.#parameters());
    const to = rebinding ? LIMITED_BROADCAST : serverIdentifier;
    return transmission(address, to, { ...message, secs, ciaddr: address });
  }

  /** Tells that somebody else uses the address (RFC 2131 section 4.4.4). */
  decline(xid: number, { address, serverIdentifier }: ClientLease): ClientTransmission {
    const options = this.#begin();
    options.set(OPTION.REQUESTED_ADDRESS, addressOctets(address));
    options.set(OPTION.SERVER_IDENTIFIER, addressOctets(serverIdentifier));
    const message = this.#message(MESSAGE_TYPE.DECLINE, xid, options);
    return transmission(UNSPECIFIED, LIMITED_BROADCAST, message);
  }

  /** Gives the lease back (RFC 2131 section 4.4.6). */
  release(xid: number, { address, serverIdentifier }: ClientLease): ClientTransmission {
    const options = this.#begin();
    options.set(OPTION.SERVER_IDENTIFIER, addressOctets(serverIdentifier));
    const message = this.#message(MESSAGE_TYPE.RELEASE, xid, options);
    return transmission(address, serverIdentifier, { ...message, ciaddr: address });
  }

  #broadcast(
    type: number,
    { xid, secs }: Asking,
    options: ReadonlyMap<number, Uint8Array>,
  ): ClientTransmission {
    const flags = this.#options.broadcast ? BROADCAST_FLAG : 0;
    const message = { ...this.#message(type, xid, options), secs, flags };
    return transmission(UNSPECIFIED, LIMITED_BROADCAST, message);
  }

  #message(type: number, xid: number, options: ReadonlyMap<number, Uint8Array>): DhcpMessage {
    return {
      op: BOOTREQUEST,
      type,
      htype: ETHERNET,
      hops: 0,
      xid,
      secs: 0,
      flags: 0,
      ciaddr: 0,
      yiaddr: 0,
      siaddr: 0,
      giaddr: 0,
      chaddr: this.#chaddr,
      sname: '',
      file: '',
      options,
    };
  }

  #begin(): Map<number, Uint8Array> {
    return new Map([[OPTION.CLIENT_ID as number, this.#options.clientId]]);
  }

  /** What DISCOVER and REQUEST say about us and what we want to know. */
  #parameters(): Map<number, Uint8Array> {
    const options = this.#begin();
    options.set(OPTION.MAX_MESSAGE_SIZE, MAX_MESSAGE_SIZE);
    options.set(OPTION.PARAMETER_REQUEST_LIST, WANTED);
    const { hostname } = this.#options;
    if (hostname !== '') options.set(OPTION.HOSTNAME, encodeLatin1(hostname));
    return options;
  }
}

/** Classless routes stand before the router, as RFC 3442 wants it. */
const WANTED = Uint8Array.of(
  OPTION.NETMASK,
  OPTION.CLASSLESS_ROUTES,
  OPTION.ROUTER,
  OPTION.DNS_SERVER,
  OPTION.DOMAIN_NAME,
  OPTION.DOMAIN_SEARCH,
  OPTION.MTU,
  OPTION.NTP_SERVER,
  OPTION.LEASE_TIME,
  OPTION.SERVER_IDENTIFIER,
  OPTION.T1,
  OPTION.T2,
);

/** 1500 bytes, IP and UDP headers included: what one Ethernet frame carries. */
const MAX_MESSAGE_SIZE = Uint8Array.of(0x05, 0xdc);

function transmission(source: number, to: number, message: DhcpMessage): ClientTransmission {
  return { source, to: { address: to, port: SERVER_PORT }, payload: emitMessage(message) };
}

function addressOctets(address: number): Uint8Array {
  const octets = new Uint8Array(4);
  writeU32(octets, 0, address);
  return octets;
}
