/** A small DHCPv6 server for tests: addresses of one network for all who ask. */
import { duidText, isSameDuid } from '../../src/duid.ts';
import { iaOption, parseIa, SUCCESS } from '../../src/identity-association.ts';
import { findOption, OPTION, type Option, STATUS, statusOption } from '../../src/option.ts';
import { type Dhcpv6Message, MESSAGE_TYPE } from '../../src/packet.ts';
import { CONFIGURATION } from './kit.ts';

interface Binding {
  readonly client: string;
  readonly until: number;
}

const VALID_SECONDS = 1200;

export class Server {
  readonly duid: Uint8Array;
  /** By address. */
  readonly bindings = new Map<bigint, Binding>();
  readonly declined = new Set<bigint>();
  preference = 0;
  rapidCommit = true;
  readonly #network: bigint;
  readonly #size: number;

  /** It gives `size` addresses of `network`. */
  constructor(duid: Uint8Array, network: bigint, size: number) {
    this.duid = duid;
    this.#network = network;
    this.#size = size;
  }

  handle(message: Dhcpv6Message, now: number): Dhcpv6Message | undefined {
    const { type, options } = message;
    const server = findOption(options, OPTION.SERVER_ID);
    if (server !== undefined && !isSameDuid(server, this.duid)) return undefined;
    const client = duidText(findOption(options, OPTION.CLIENT_ID) ?? new Uint8Array(0));
    const asked = parseIa(findOption(options, OPTION.IA_NA) ?? new Uint8Array(0));
    const addresses = asked.ok ? asked.value.addresses.map(({ address }) => address) : [];
    const answer = (kind: number, more: Option[]) => this.#answer(message, kind, more);
    switch (type) {
      case MESSAGE_TYPE.SOLICIT: {
        const commits = this.rapidCommit && findOption(options, OPTION.RAPID_COMMIT) !== undefined;
        const granted = this.#grant(client, addresses, now, commits);
        const extra = commits
          ? { code: OPTION.RAPID_COMMIT, data: new Uint8Array(0) }
          : { code: OPTION.PREFERENCE, data: Uint8Array.of(this.preference) };
        return answer(commits ? MESSAGE_TYPE.REPLY : MESSAGE_TYPE.ADVERTISE, [granted, extra]);
      }
      case MESSAGE_TYPE.REQUEST:
        return answer(MESSAGE_TYPE.REPLY, [this.#grant(client, addresses, now, true)]);
      case MESSAGE_TYPE.RENEW:
      case MESSAGE_TYPE.REBIND: {
        const known = addresses.every((one) => this.#holder(one, now) === client);
        if (known) return answer(MESSAGE_TYPE.REPLY, [this.#grant(client, addresses, now, true)]);
        if (type === MESSAGE_TYPE.REBIND) return undefined;
        return answer(MESSAGE_TYPE.REPLY, [complain(STATUS.NO_BINDING)]);
      }
      case MESSAGE_TYPE.CONFIRM: {
        const here = addresses.every((one) => one >> 64n === this.#network >> 64n);
        const code = here ? STATUS.SUCCESS : STATUS.NOT_ON_LINK;
        return answer(MESSAGE_TYPE.REPLY, [statusOption({ code, message: '' })]);
      }
      case MESSAGE_TYPE.RELEASE:
      case MESSAGE_TYPE.DECLINE:
        for (const one of addresses) {
          if (this.#holder(one, now) !== client) continue;
          this.bindings.delete(one);
          if (type === MESSAGE_TYPE.DECLINE) this.declined.add(one);
        }
        return answer(MESSAGE_TYPE.REPLY, []);
      case MESSAGE_TYPE.INFORMATION_REQUEST:
        return answer(MESSAGE_TYPE.REPLY, []);
      default:
        return undefined;
    }
  }

  #holder(address: bigint, now: number): string | undefined {
    const binding = this.bindings.get(address);
    return binding !== undefined && binding.until > now ? binding.client : undefined;
  }

  /** The client's address, one that it asks for, or the first free one. */
  #grant(client: string, wanted: readonly bigint[], now: number, commits: boolean): Option {
    const all = Array.from({ length: this.#size }, (_, at) => this.#network + BigInt(at));
    const isFree = (one: bigint) =>
      this.#holder(one, now) === undefined && !this.declined.has(one) && all.includes(one);
    const address =
      all.find((one) => this.#holder(one, now) === client) ??
      wanted.find(isFree) ??
      all.find(isFree);
    if (address === undefined) return complain(STATUS.NO_ADDRS_AVAIL);
    if (commits) this.bindings.set(address, { client, until: now + VALID_SECONDS * 1000 });
    const lifetimes = { preferredLifetime: VALID_SECONDS / 2, validLifetime: VALID_SECONDS };
    const granted = { address, ...lifetimes, status: SUCCESS };
    return iaOption({ iaid: 1, t1: 0, t2: 0, addresses: [granted], status: SUCCESS });
  }

  #answer({ transactionId, options }: Dhcpv6Message, type: number, more: Option[]): Dhcpv6Message {
    const client = findOption(options, OPTION.CLIENT_ID) ?? new Uint8Array(0);
    const ids = [
      { code: OPTION.CLIENT_ID, data: client },
      { code: OPTION.SERVER_ID, data: this.duid },
    ];
    return { type, transactionId, options: [...ids, ...more, ...CONFIGURATION] };
  }
}

function complain(code: number): Option {
  return iaOption({ iaid: 1, t1: 0, t2: 0, addresses: [], status: { code, message: '' } });
}
