/** What the tests of the client share: one client with its clock, and a server made by hand. */
import { emitDomains } from '@atoll/domain-list/packet';
import { expect as unwrap } from '@atoll/result/result';
import { Random } from '@atoll/sim/random';
import {
  type ClientEvent,
  type ClientOutput,
  Dhcpv6Client,
  type Dhcpv6ClientOptions,
  type Mode,
} from '../../src/client/engine.ts';
import { linkLayerDuid } from '../../src/duid.ts';
import {
  type IdentityAssociation,
  iaOption,
  parseIa,
  SUCCESS,
} from '../../src/identity-association.ts';
import {
  addressesOption,
  findOption,
  OPTION,
  type Option,
  statusOption,
} from '../../src/option.ts';
import { type Dhcpv6Message, MESSAGE_TYPE, parseMessage } from '../../src/packet.ts';

export const T = MESSAGE_TYPE;
export const DUID = linkLayerDuid(0x0200_0000_0001);
export const SERVER = linkLayerDuid(0x0200_0000_00fe);
export const OTHER_SERVER = linkLayerDuid(0x0200_0000_00fd);
const NETWORK = 0x2001_0db8n << 96n;
export const ADDRESS = NETWORK | 0x100n;
export const NAME_SERVER = NETWORK | 0x53n;

/** An address for so many seconds. */
export const lent = (address = ADDRESS, valid = 4000, preferred = valid / 2) => ({
  address,
  preferredLifetime: preferred,
  validLifetime: valid,
  status: SUCCESS,
});

/** An association with {@link ADDRESS} for 4000 s, preferred for 2000 s, but for the changes. */
export function association(changes: Partial<IdentityAssociation> = {}): Option {
  return iaOption({ iaid: 1, t1: 0, t2: 0, addresses: [lent()], status: SUCCESS, ...changes });
}

export const complaint = (code: number): Option => statusOption({ code, message: 'no' });

export class World {
  readonly client: Dhcpv6Client;
  readonly sent: Dhcpv6Message[] = [];
  readonly times: number[] = [];
  readonly events: ClientEvent[] = [];
  now = 1_000_000;

  constructor(options: Partial<Dhcpv6ClientOptions> = {}) {
    const entropy = new Random(9);
    this.client = new Dhcpv6Client({ duid: DUID, entropy, startDelayMs: 0, ...options });
  }

  /** A client that began, and its first message. */
  static started(options: Partial<Dhcpv6ClientOptions> = {}, mode: Mode = 'stateful'): World {
    const world = new World(options);
    world.take(world.client.start(mode, world.now));
    return world;
  }

  /** A client with a lease. */
  static bound(granted: Partial<IdentityAssociation> = {}): World {
    const world = World.started();
    world.answer(T.REPLY, [association(granted), RAPID_COMMIT]);
    if (world.client.state !== 'bound') throw new Error(`it is ${world.client.state}`);
    world.sent.length = 0;
    world.times.length = 0;
    world.events.length = 0;
    return world;
  }

  /** Keeps what came out; answers the note. */
  take({ send, events, note }: ClientOutput): string | undefined {
    for (const { payload } of send) {
      this.sent.push(unwrap(parseMessage(payload)));
      this.times.push(this.now);
    }
    this.events.push(...events);
    return note;
  }

  /** Hands in an answer of {@link SERVER} to the last message of the client. */
  answer(type: number, options: Option[] = [], changes: Partial<Dhcpv6Message> = {}) {
    const message = { ...reply(this.last, type, options), ...changes };
    return this.take(this.client.handle(message, this.now));
  }

  /** The same from another server. */
  answerFrom(server: Uint8Array, type: number, options: Option[] = []): string | undefined {
    const message = reply(this.last, type, options, server);
    return this.take(this.client.handle(message, this.now));
  }

  /** Goes on to when the client wants to be called. */
  timeout(): void {
    this.at(this.client.nextTimeout);
  }

  at(time: number): void {
    this.now = time;
    this.take(this.client.handleTimeout(time));
  }

  get last(): Dhcpv6Message {
    const last = this.sent.at(-1);
    if (last === undefined) throw new Error('nothing was sent');
    return last;
  }

  get types(): number[] {
    return this.sent.map(({ type }) => type);
  }

  get kinds(): string[] {
    return this.events.map((event) => (event.kind === 'lost' ? event.reason : event.kind));
  }
}

export const RAPID_COMMIT: Option = { code: OPTION.RAPID_COMMIT, data: new Uint8Array(0) };

export function reply(
  request: Dhcpv6Message,
  type: number,
  options: Option[],
  server = SERVER,
): Dhcpv6Message {
  const { transactionId } = request;
  const client = findOption(request.options, OPTION.CLIENT_ID) ?? new Uint8Array(0);
  const ids = [
    { code: OPTION.CLIENT_ID, data: client },
    { code: OPTION.SERVER_ID, data: server },
  ];
  return { type, transactionId, options: [...ids, ...options] };
}

/** The association in `message`. */
export function associationOf(message: Dhcpv6Message): IdentityAssociation {
  return unwrap(parseIa(findOption(message.options, OPTION.IA_NA) ?? new Uint8Array(0)));
}

export const CONFIGURATION: Option[] = [
  addressesOption(OPTION.DNS_SERVERS, [NAME_SERVER]),
  { code: OPTION.DOMAIN_LIST, data: emitDomains(['lan', 'office.example']) },
];
