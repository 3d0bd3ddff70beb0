import { TimeQueue } from '@atoll/device/time-queue';
import { isMulticast } from '@atoll/ipv6/address';
import { Random } from '@atoll/sim/random';
import type { NdpEvent } from '../src/engine.ts';
import { Ndp } from '../src/engine.ts';
import type { SendNdp } from '../src/event.ts';
import { emitNdp, parseNdp } from '../src/packet.ts';
import type { RouterOptions } from '../src/router/engine.ts';

/** What a node does beside Neighbor Discovery. */
export interface Node {
  readonly name: string;
  readonly mac: number;
  readonly ndp: Ndp<string>;
  readonly log: { now: number; event: NdpEvent<string> }[];
  /** What was sent to it by others. */
  readonly received: string[];
}

export interface LinkOptions {
  /** The probability that a message is lost on its way to one node. */
  readonly loss?: number;
  /** Whether senders hear what they send. */
  readonly isLooped?: boolean;
}

/** Nodes on one link in virtual time, which exchange messages as bytes, and text instead of packets. */
export class SimulatedLink {
  now = 0;
  readonly random: Random;
  readonly nodes: Node[] = [];
  readonly #options: LinkOptions;
  readonly #queue = new TimeQueue<() => void>();

  constructor(seed: number, options: LinkOptions = {}) {
    this.random = new Random(seed);
    this.#options = options;
  }

  add(name: string, options: Partial<RouterOptions> & { isRouter?: boolean } = {}): Node {
    const mac = 0x0200_0000_0001 + this.nodes.length;
    const entropy = new Random(this.random.below(2 ** 32));
    const lower = BigInt(mac);
    const identifier = (_: bigint, counter: number) => lower + BigInt(counter);
    const ndp = new Ndp<string>({ mac, mtu: 1500, entropy, identifier, ...options });
    const node: Node = { name, mac, ndp, log: [], received: [] };
    this.nodes.push(node);
    return node;
  }

  /** Sends `text` to the neighbour `to`, as a stack would. */
  send(node: Node, to: bigint, text: string): void {
    const mac = node.ndp.find(to);
    if (mac === undefined) node.ndp.wait(to, text);
    else this.#carryText(mac, text);
  }

  /** Carries out what a method of `node.ndp` answered. */
  carryOut(node: Node, events: readonly NdpEvent<string>[]): void {
    for (const event of events) {
      node.log.push({ now: this.now, event });
      if (event.kind === 'send') this.#carry(node, event);
      else if (event.kind === 'resolved') {
        for (const text of event.items) this.#carryText(event.mac, text);
      }
    }
  }

  at(time: number, action: () => void): void {
    this.#queue.push(time, action);
  }

  /** Lets time pass until `until`. */
  run(until: number): void {
    for (let rounds = 0; ; rounds++) {
      if (rounds > 1_000_000) throw new Error('time does not pass');
      const next = Math.min(this.#queue.nextTime, ...this.nodes.map(({ ndp }) => ndp.nextTimeout));
      if (next > until) break;
      this.now = Math.max(this.now, next);
      if (this.#queue.nextTime <= this.now) this.#queue.shift()?.();
      for (const node of this.nodes) {
        if (node.ndp.nextTimeout <= this.now) this.carryOut(node, node.ndp.poll(this.now));
      }
    }
    this.now = until;
  }

  #carry(from: Node, { source, destination, mac, message }: SendNdp): void {
    const { loss = 0, isLooped = false } = this.#options;
    const to = mac ?? (isMulticast(destination) ? undefined : from.ndp.find(destination));
    // Who is to be answered and is not known would have to be asked for first.
    if (to === undefined && !isMulticast(destination)) return;
    for (const node of this.nodes) {
      if ((node === from && !isLooped) || (to !== undefined && node.mac !== to)) continue;
      if (this.random.chance(loss)) continue;
      this.at(this.now + 1 + this.random.below(5), () => {
        const parsed = parseNdp(emitNdp(message), { source, destination, hopLimit: 255 });
        if (!parsed.ok) throw new Error(parsed.error.reason);
        const envelope = { source, destination, hopLimit: 255 };
        this.carryOut(node, node.ndp.handle(parsed.value, envelope, this.now));
      });
    }
  }

  #carryText(mac: number, text: string): void {
    if (this.random.chance(this.#options.loss ?? 0)) return;
    this.at(this.now + 1, () => {
      for (const node of this.nodes) if (node.mac === mac) node.received.push(text);
    });
  }
}
