import { Random } from '@atoll/sim/random';
import type { NdpMessage } from '../../src/packet.ts';
import type { RouterEvent, RouterOptions } from '../../src/router/engine.ts';
import { RouterDiscovery } from '../../src/router/engine.ts';
import { envelope, ip } from '../support.ts';

export const OUR_MAC = 0x0200_0000_0001;
export const LINK_LOCAL = ip('fe80::a0');
export const STABLE = ip('2001:db8::a0');
export const PREFIX = ip('2001:db8::');
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/** Identifiers that are easy to read: ::a0, and ::a1 after a conflict. */
export function discovery(options: Partial<RouterOptions> = {}): RouterDiscovery {
  return new RouterDiscovery({
    mac: OUR_MAC,
    mtu: 1500,
    entropy: new Random(7),
    identifier: (_, counter) => 0xa0n + BigInt(counter),
    ...options,
  });
}

export type Log = { now: number; event: RouterEvent }[];

/** All events and their times until `until`. */
export function run(routers: RouterDiscovery, until: number): Log {
  const log: Log = [];
  for (let now = routers.nextTimeout; now <= until; now = routers.nextTimeout) {
    const time = Math.max(now, 0);
    for (const event of routers.poll(time)) log.push({ now: time, event });
  }
  return log;
}

export function hear(routers: RouterDiscovery, message: NdpMessage, now: number, from = 'fe80::1') {
  return routers.handle(message, envelope(from, 'ff02::1'), now);
}

/** One that has its link-local address. */
export function started(options: Partial<RouterOptions> = {}): RouterDiscovery {
  const routers = discovery(options);
  run(routers, 2000);
  if (routers.linkLocal !== LINK_LOCAL) throw new Error('it has no link-local address');
  return routers;
}

export function kinds(events: readonly RouterEvent[]): string[] {
  return events.map(({ kind }) => kind);
}
