/**
 * A LAN for a day of virtual time: hundreds of clients that come, renew, move away without a word and
 * come back, on a network that loses, doubles and delays messages. No two clients ever believe that
 * they have the same address at the same time.
 */
import { Random } from '@atoll/sim/random';
import { expect, it } from 'vitest';
import { OPTION } from '../../src/option.ts';
import { type DhcpMessage, emitMessage, parseMessage } from '../../src/packet.ts';
import type { Output } from '../../src/server/event.ts';
import {
  EVERYBODY,
  hostname,
  message,
  number,
  requested,
  SERVER,
  server,
  serverId,
  T,
} from '../support.ts';

const CLIENTS = 300;
const HOURS = 24;

/** A client after RFC 2131 figure 5, simple but honest: it uses an address only while its lease lasts. */
class Host {
  readonly number: number;
  state: 'off' | 'init' | 'selecting' | 'requesting' | 'bound' | 'rebooting' = 'off';
  address = 0;
  expires = 0;
  wakes = 0;
  tries = 0;
  xid = 0;
  constructor(number: number) {
    this.number = number;
  }
}

class Lan {
  readonly random = new Random(4242);
  readonly dhcp = server({ ranges: ['192.0.2.10,192.0.2.250,20m'], netmask: 0xffffff00 });
  readonly hosts = Array.from({ length: CLIENTS }, (_, index) => new Host(index + 1));
  readonly users = new Map<number, Host>();
  readonly live = new Map<number, string>();
  flight: { at: number; bytes: Uint8Array; to: Host | number }[] = [];
  now = 0;
  bound = 0;
  refused = 0;
  lost = 0;

  run(until: number): void {
    for (const host of this.hosts) host.wakes = this.random.below(3_600_000);
    while (this.now < until) {
      const next = Math.min(
        this.dhcp.nextTimeout,
        ...this.flight.map(({ at }) => at),
        ...this.hosts.map(({ wakes }) => wakes),
      );
      this.now = Math.max(this.now, next);
      if (this.dhcp.nextTimeout <= this.now) this.carryOut(this.dhcp.handleTimeout(this.now));
      const arrived = this.flight.filter(({ at }) => at <= this.now);
      this.flight = this.flight.filter(({ at }) => at > this.now);
      for (const { bytes, to } of arrived) this.arrive(bytes, to);
      for (const host of this.hosts) if (host.wakes <= this.now) this.wake(host);
    }
  }

  arrive(bytes: Uint8Array, to: Host | number): void {
    const parsed = parseMessage(bytes);
    if (!parsed.ok) throw new Error(parsed.error.reason);
    if (typeof to === 'number') this.carryOut(this.dhcp.handle(parsed.value, to, this.now));
    else this.answered(to, parsed.value);
  }

  carryOut(output: Output): void {
    for (const event of output.events) {
      if (event.kind === 'added' && this.live.has(event.address)) throw new Error('leased twice');
      if (event.kind === 'removed' && !this.live.delete(event.address))
        throw new Error('never added');
      if (event.kind !== 'removed') this.live.set(event.address, event.hardware);
    }
    for (const { payload } of output.send) {
      const client = (payload[32] << 8) | payload[33];
      this.transmit(payload, this.hosts[client - 1]);
    }
  }

  transmit(bytes: Uint8Array, to: Host | number): void {
    if (this.random.chance(0.1)) {
      this.lost++;
      return;
    }
    const copies = this.random.chance(0.02) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      this.flight.push({ at: this.now + 1 + this.random.below(300), bytes, to });
    }
  }

  send(host: Host, type: number, fields: Parameters<typeof message>[2], to = EVERYBODY): void {
    // A REQUEST for an offer belongs to the transaction of its DISCOVER.
    if (host.state !== 'requesting') host.xid = this.random.below(0x1_0000_0000);
    this.transmit(emitMessage(message(type, host.number, { xid: host.xid, ...fields })), to);
  }

  /** A client's timer: it starts, asks again, renews, or is switched off without a word. */
  wake(host: Host): void {
    const { random } = this;
    if (host.expires <= this.now && host.state === 'bound') this.stopUsing(host);
    if (random.chance(0.05) && host.state !== 'off') {
      const released = host.state === 'bound' && random.chance(0.3);
      this.stopUsing(host);
      if (released) {
        this.send(host, T.RELEASE, { ciaddr: host.address, options: [serverId()] }, SERVER);
        host.address = 0;
      }
      host.state = 'off';
      host.wakes = this.now + random.below(4 * 3_600_000);
      return;
    }
    if (host.state === 'bound') {
      this.send(host, T.REQUEST, { ciaddr: host.address }, SERVER);
      host.wakes = Math.min(this.now + 60_000, host.expires);
      return;
    }
    if (host.tries++ > 4) {
      host.tries = 0;
      host.address = 0;
    }
    host.wakes = this.now + 4000 + random.below(4000);
    if (host.address !== 0) {
      host.state = 'rebooting';
      this.send(host, T.REQUEST, {
        options: [requested(host.address), hostname(`h${host.number}`)],
      });
    } else {
      host.state = 'selecting';
      this.send(host, T.DISCOVER, { options: [hostname(`h${host.number}`)] });
    }
  }

  answered(host: Host, reply: DhcpMessage): void {
    if (reply.xid !== host.xid) return;
    if (reply.type === T.OFFER && host.state === 'selecting') {
      host.state = 'requesting';
      this.send(host, T.REQUEST, { options: [requested(reply.yiaddr), serverId()] });
    } else if (reply.type === T.NAK && host.state !== 'off') {
      this.refused++;
      this.stopUsing(host);
      host.address = 0;
      host.state = 'init';
      host.wakes = this.now + 1000;
    } else if (reply.type === T.ACK && ['requesting', 'rebooting', 'bound'].includes(host.state)) {
      const user = this.users.get(reply.yiaddr);
      if (user !== undefined && user !== host) throw new Error(`${reply.yiaddr} is used twice`);
      this.users.set(reply.yiaddr, host);
      host.state = 'bound';
      host.address = reply.yiaddr;
      host.tries = 0;
      // The lease counts from when the request was sent, at most a round trip before.
      const seconds = number(reply, OPTION.LEASE_TIME) ?? 0;
      host.expires = this.now - 700 + seconds * 1000;
      host.wakes = this.now + (number(reply, OPTION.T1) ?? 0) * 1000;
      this.bound++;
    }
  }

  stopUsing(host: Host): void {
    if (this.users.get(host.address) === host) this.users.delete(host.address);
    if (host.state === 'bound') host.state = 'init';
  }
}

it(`serves ${CLIENTS} clients for ${HOURS} hours on a bad network`, { timeout: 60_000 }, () => {
  const lan = new Lan();
  lan.run(HOURS * 3_600_000);
  expect(lan.bound).toBeGreaterThan(CLIENTS * HOURS);
  expect(lan.lost).toBeGreaterThan(1000);
  expect(lan.dhcp.exportLeases(lan.now, 0)).toHaveLength(lan.live.size);
  // 241 addresses for 300 clients that are on most of the time: nearly all are in use.
  expect(lan.live.size).toBeGreaterThan(150);
});
