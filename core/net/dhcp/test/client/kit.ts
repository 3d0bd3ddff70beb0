/** What the tests of the client share: one client with its clock, and servers made by hand. */

import { expect as unwrap } from '@atoll/result/result';
import { Random } from '@atoll/sim/random';
import {
  type ClientEvent,
  type ClientOutput,
  type ClientTransmission,
  DhcpClient,
  type DhcpClientOptions,
} from '../../src/client/engine.ts';
import { OPTION } from '../../src/option.ts';
import { BOOTREPLY, type DhcpMessage, parseMessage } from '../../src/packet.ts';
import { ip, SERVER, T, u32 } from '../support.ts';

export const MAC = 0x0200_0000_0001;
export const ADDRESS = ip('192.0.2.100');
export const OTHER_SERVER = ip('192.0.2.2');
export const LEASE_SECONDS = 3600;

export type OptionEntry = [number, Uint8Array];

export interface Sent extends ClientTransmission {
  readonly message: DhcpMessage;
}

/** One client and everything that it said. */
export class World {
  readonly client: DhcpClient;
  readonly sent: Sent[] = [];
  readonly events: ClientEvent[] = [];
  now = 1_000_000;

  constructor(options: Partial<DhcpClientOptions> = {}) {
    const entropy = new Random(7);
    this.client = new DhcpClient({ mac: MAC, entropy, startDelayMs: 0, ...options });
  }

  /** A client that began, and its first message. */
  static started(options: Partial<DhcpClientOptions> = {}): World {
    const world = new World(options);
    world.take(world.client.start(world.now));
    return world;
  }

  /** A client with a lease. */
  static bound(options: Partial<DhcpClientOptions> = {}, granted: OptionEntry[] = []): World {
    const world = World.started(options);
    world.answer(T.OFFER, {}, granted);
    world.answer(T.ACK, {}, granted);
    if (world.client.state !== 'bound') throw new Error(`it is ${world.client.state}`);
    world.sent.length = 0;
    world.events.length = 0;
    return world;
  }

  /** Keeps what came out; answers the note. */
  take({ send, events, note }: ClientOutput): string | undefined {
    for (const one of send) {
      this.sent.push({ ...one, message: unwrap(parseMessage(one.payload)) });
    }
    this.events.push(...events);
    return note;
  }

  /** Hands in a message of {@link SERVER} that answers the last one of the client, with changes. */
  answer(
    type: number,
    fields: Partial<Omit<DhcpMessage, 'options'>> = {},
    options: OptionEntry[] = [],
    without: number[] = [],
  ): string | undefined {
    const message = reply(this.last.message, type, fields, options);
    for (const code of without) (message.options as Map<number, Uint8Array>).delete(code);
    return this.take(this.client.handle(message, SERVER, this.now));
  }

  /** Goes on to when the client wants to be called. */
  timeout(): void {
    this.at(this.client.nextTimeout);
  }

  at(time: number): void {
    this.now = time;
    this.take(this.client.handleTimeout(time));
  }

  /** The last message of the client. */
  get last(): Sent {
    const last = this.sent.at(-1);
    if (last === undefined) throw new Error('nothing was sent');
    return last;
  }

  get types(): number[] {
    return this.sent.map(({ message }) => message.type);
  }

  get kinds(): string[] {
    return this.events.map((event) => (event.kind === 'lost' ? event.reason : event.kind));
  }
}

/** A server's answer to `request`: {@link ADDRESS} for an hour, but for the changes. */
export function reply(
  request: DhcpMessage,
  type: number,
  fields: Partial<Omit<DhcpMessage, 'options'>> = {},
  options: OptionEntry[] = [],
): DhcpMessage {
  const granted: OptionEntry[] = [
    [OPTION.SERVER_IDENTIFIER, u32(SERVER)],
    [OPTION.LEASE_TIME, u32(LEASE_SECONDS)],
    [OPTION.NETMASK, u32(ip('255.255.255.0'))],
    [OPTION.ROUTER, u32(SERVER)],
  ];
  return {
    ...request,
    op: BOOTREPLY,
    type,
    ciaddr: 0,
    yiaddr: type === T.NAK ? 0 : ADDRESS,
    ...fields,
    options: new Map([...granted.slice(0, type === T.NAK ? 1 : undefined), ...options]),
  };
}
