import type { Activity, System } from '@atoll/appliance/appliance';
import { Misconfiguration } from '@atoll/appliance/appliance';
import type {
  DatagramHandler,
  Endpoint,
  IpAddress,
  Sockets,
  UdpSocket,
} from '@atoll/device/socket';
import { AnswerCache } from '@atoll/dns/cache';
import { QueryPorts } from '@atoll/dns/query-ports';
import type { DnsServer } from '@atoll/dns/server';
import { createDnsServer } from '@atoll/dns/server';
import type { AnswerTable } from '@atoll/dns/table';
import { Zone } from '@atoll/dns/zone';
import type { Network } from '@atoll/network/network';
import type { DnsvizorOptions } from './arguments.ts';
import { Connections } from './connections.ts';

const DNS_PORT = 53;

/** However many answers are allowed, they must leave room in an image that has 16 MiB in all. */
const CACHE_BYTES = 2 * 1024 * 1024;

/** Who answers, and what is remembered. */
export interface Dns {
  readonly server: DnsServer;
  readonly cache: AnswerCache;
}

/** Names of our own, as the boot arguments say. */
export function createZone(options: DnsvizorOptions): Zone {
  const { ipv4, domain } = options;
  const zone = new Zone({
    domains: domain === undefined ? [] : [domain],
    subnets: typeof ipv4 === 'string' ? [] : [{ address: ipv4.address, prefixLength: ipv4.length }],
  });
  for (const { names, addresses, ttl } of options['host-record']) {
    for (const name of names) {
      for (const address of addresses) zone.setHost(name, address, ttl ?? 0, 'static');
    }
  }
  for (const rule of options.address) zone.addRule(rule);
  return zone;
}

/**
 * Answers DNS queries on `network`, as datagrams and over connections; whole replies that may be given
 * again go into `table`. Without upstream servers in `options`, those that the network names are asked.
 */
export function startDns(
  system: System,
  options: DnsvizorOptions,
  network: Network,
  zone: Zone,
  table: AnswerTable | undefined,
): Dns {
  const { clock, entropy } = system;
  const { sockets } = network;
  const log = system.log.for('dns');
  const cache = new AnswerCache({ entries: options['dns-cache'], bytes: CACHE_BYTES });
  const server = createDnsServer({
    zone,
    cache,
    upstreams: options['dns-upstream'],
    entropy,
    log,
    ...(table !== undefined && { table }),
  });
  const ports = new QueryPorts(sockets, {
    onMessage(bytes, port, from) {
      server.handleUpstream(bytes, port, from, clock.monotonic());
      carryOutAll();
    },
    onClosed(port) {
      server.handleUpstreamClosed(port, clock.monotonic());
      carryOutAll();
    },
  });
  const carryOutAll = (): void => {
    for (let action = server.pollAction(); action !== undefined; action = server.pollAction()) {
      if (action.kind !== 'reply') ports.carryOut(action);
      else if (action.transport === 'tcp')
        connections.reply(action.to, action.from, action.payload);
      else socket.send(action.payload, action.to, action.from);
    }
  };

  const socket = bindOrRefuse(sockets, (payload, from, to) => {
    const reply = server.handleQuery(payload, from, to.address, clock.monotonic());
    if (reply !== undefined) socket.send(reply, from, to.address);
    carryOutAll();
  });
  const connections = new Connections(clock, (message, from, to) => {
    const reply = server.handleQuery(message, from, to, clock.monotonic(), 'tcp');
    carryOutAll();
    return reply;
  });
  if (sockets.tcp.listen(DNS_PORT, connections.accept) === undefined) {
    throw new Misconfiguration(`TCP port ${DNS_PORT} is taken`);
  }
  const activity: Activity = {
    poll(now) {
      connections.poll(now);
      if (server.nextTimeout <= now) {
        server.handleTimeout(now);
        carryOutAll();
        system.wake();
      }
      return Math.min(server.nextTimeout, connections.nextTimeout);
    },
  };
  system.run(activity);
  if (options['dns-upstream'].length > 0) return { server, cache };
  if (network.learnsDns) {
    const follow = () => {
      server.setUpstreams(network.dns.servers.map(serverAt), clock.monotonic());
      carryOutAll();
      system.wake();
    };
    network.onDnsChange(follow);
    follow();
    log.info('no --dns-upstream: the name servers of the network are asked');
  } else log.info('no --dns-upstream: only local names are answered');
  return { server, cache };
}

function serverAt(address: IpAddress): Endpoint {
  return { address, port: DNS_PORT };
}

function bindOrRefuse({ udp }: Sockets, handler: DatagramHandler): UdpSocket {
  const socket = udp.bind(DNS_PORT, handler);
  if (socket === undefined) throw new Misconfiguration(`UDP port ${DNS_PORT} is taken`);
  return socket;
}
