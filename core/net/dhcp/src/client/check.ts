/** Whether an answer is one to what we asked. DHCP has no other protection than these numbers. */
import { writeMac } from '@atoll/ethernet/address';
import { OPTION } from '../option.ts';
import { BOOTREPLY, type DhcpMessage, ETHERNET } from '../packet.ts';
import type { Offer, State } from './state.ts';

export class ReplyCheck {
  readonly #chaddr = new Uint8Array(6);
  readonly #clientId: Uint8Array;

  constructor(mac: number, clientId: Uint8Array) {
    writeMac(this.#chaddr, 0, mac);
    this.#clientId = clientId;
  }

  /** Why `message` is no answer in `state`; `undefined` when it may be. */
  strangeness({ op, xid, htype, chaddr, options }: DhcpMessage, state: State): string | undefined {
    if (!('xid' in state)) return 'nothing was asked for';
    if (op !== BOOTREPLY) return 'it is no reply';
    if (xid !== state.xid) return 'it belongs to another transaction';
    if (htype !== ETHERNET || !isEqual(chaddr, this.#chaddr)) {
      return 'it is for another hardware address';
    }
    const id = options.get(OPTION.CLIENT_ID);
    // Servers after RFC 6842 repeat the identifier, older ones leave it out.
    if (id !== undefined && !isEqual(id, this.#clientId)) return 'it is for another client';
    return undefined;
  }
}

function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((octet, at) => octet === other[at]);
}

/** The address that an answer must be about, and the server that must give it; 0 for any. */
export function expectation(state: State): { address: number; server: number } {
  switch (state.name) {
    case 'requesting':
      return { address: state.offer.address, server: state.offer.serverIdentifier };
    case 'rebooting':
      return { address: state.address, server: 0 };
    case 'renewing':
      return { address: state.lease.address, server: state.lease.serverIdentifier };
    case 'rebinding':
      return { address: state.lease.address, server: 0 };
    default:
      return { address: 0, server: 0 };
  }
}

/** How welcome an offer is: of the address that we would like, of any, of one that somebody else uses. */
export const RANK = { TAKEN: 0, ANY: 1, WANTED: 2 } as const;

export function rankOf({ address }: Offer, wanted: number, taken: number): number {
  if (address === wanted) return RANK.WANTED;
  return address === taken ? RANK.TAKEN : RANK.ANY;
}
