import type { Activity, System } from '@atoll/appliance/appliance';
import { Misconfiguration } from '@atoll/appliance/appliance';
import type { UdpSocket, UdpSockets } from '@atoll/device/socket';
import { AnswerCache } from '@atoll/dns/cache';
import type { Action } from '@atoll/dns/server';
import { createDnsServer } from '@atoll/dns/server';
import type { AnswerTable } from '@atoll/dns/table';
import { Zone } from '@atoll/dns/zone';
import type { DnsvizorOptions } from './arguments.ts';

const DNS_PORT = 53;

/** However many answers are allowed, they must leave room in an image that has 16 MiB in all. */
const CACHE_BYTES = 2 * 1024 * 1024;

/** Names of our own, as the boot arguments say. */
export function createZone(options: DnsvizorOptions): Zone {
  const { ipv4, domain } = options;
  const zone = new Zone({
    domains: domain === undefined ? [] : [domain],
    subnets: [{ address: ipv4.address, prefixLength: ipv4.length }],
  });
  for (const { names, addresses, ttl } of options['host-record']) {
    for (const name of names) {
      for (const address of addresses) zone.setHost(name, address, ttl ?? 0, 'static');
    }
  }
  for (const rule of options.address) zone.addRule(rule);
  return zone;
}

/** Answers DNS queries on `sockets`; whole replies that may be given again go into `table`. */
export function startDns(
  system: System,
  options: DnsvizorOptions,
  sockets: UdpSockets,
  zone: Zone,
  table: AnswerTable | undefined,
): void {
  const { clock, entropy } = system;
  const log = system.log.for('dns');
  const server = createDnsServer({
    zone,
    cache: new AnswerCache({ entries: options['dns-cache'], bytes: CACHE_BYTES }),
    upstreams: options['dns-upstream'],
    entropy,
    log,
    ...(table !== undefined && { table }),
  });

  /** The source ports of queries to upstream servers, by the server's numbers for them. */
  const ports = new Map<number, UdpSocket>();
  const carryOut = (action: Action): void => {
    switch (action.kind) {
      case 'reply':
        socket.send(action.payload, action.to);
        break;
      case 'query': {
        const port = sockets.bind(0, (payload, from) => {
          server.handleUpstream(payload, action.port, from, clock.monotonic());
          carryOutAll();
        });
        if (port === undefined) break; // None is free: the query counts as lost.
        ports.set(action.port, port);
        port.send(action.payload, action.to);
        break;
      }
      case 'close':
        ports.get(action.port)?.close();
        ports.delete(action.port);
        break;
    }
  };
  const carryOutAll = (): void => {
    for (let action = server.pollAction(); action !== undefined; action = server.pollAction()) {
      carryOut(action);
    }
  };

  const socket = bindOrRefuse(sockets, (payload, from) => {
    const reply = server.handleQuery(payload, from, clock.monotonic());
    if (reply !== undefined) socket.send(reply, from);
    carryOutAll();
  });
  const activity: Activity = {
    poll(now) {
      if (server.nextTimeout <= now) {
        server.handleTimeout(now);
        carryOutAll();
        system.wake();
      }
      return server.nextTimeout;
    },
  };
  system.run(activity);
  if (options['dns-upstream'].length === 0) {
    log.info('no --dns-upstream: only local names are answered');
  }
}

function bindOrRefuse(sockets: UdpSockets, handler: Parameters<UdpSockets['bind']>[1]): UdpSocket {
  const socket = sockets.bind(DNS_PORT, handler);
  if (socket === undefined) throw new Misconfiguration(`UDP port ${DNS_PORT} is taken`);
  return socket;
}
