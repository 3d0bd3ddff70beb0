import type { Activity, System } from '@atoll/appliance/appliance';
import { Misconfiguration } from '@atoll/appliance/appliance';
import type { DatagramHandler, Sockets, UdpSocket } from '@atoll/device/socket';
import type { Clock } from '@atoll/device/system';
import { AnswerCache } from '@atoll/dns/cache';
import type { DnsServer, Transmission } from '@atoll/dns/server';
import { createDnsServer } from '@atoll/dns/server';
import type { AnswerTable } from '@atoll/dns/table';
import { Zone } from '@atoll/dns/zone';
import type { DnsvizorOptions } from './arguments.ts';
import { askOverTcp, Connections } from './connections.ts';

const DNS_PORT = 53;

/** However many answers are allowed, they must leave room in an image that has 16 MiB in all. */
const CACHE_BYTES = 2 * 1024 * 1024;

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
 * Answers DNS queries on `sockets`, as datagrams and over connections; whole replies that may be given
 * again go into `table`.
 */
export function startDns(
  system: System,
  options: DnsvizorOptions,
  sockets: Sockets,
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
  const upstreams = new UpstreamPorts(sockets, clock, server);
  const carryOutAll = (): void => {
    for (let action = server.pollAction(); action !== undefined; action = server.pollAction()) {
      if (action.kind !== 'reply') upstreams.carryOut(action, carryOutAll);
      else if (action.transport === 'tcp') connections.reply(action.to, action.payload);
      else socket.send(action.payload, action.to);
    }
  };

  const socket = bindOrRefuse(sockets, (payload, from, to) => {
    const reply = server.handleQuery(payload, from, clock.monotonic());
    if (reply !== undefined) socket.send(reply, from, to.address);
    carryOutAll();
  });
  const connections = new Connections(clock, (message, from) => {
    const reply = server.handleQuery(message, from, clock.monotonic(), 'tcp');
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
  if (options['dns-upstream'].length === 0) {
    log.info('no --dns-upstream: only local names are answered');
  }
}

/** The ports that queries to upstream servers leave from, by the server's numbers for them. */
class UpstreamPorts {
  readonly #sockets: Sockets;
  readonly #clock: Clock;
  readonly #server: DnsServer;
  readonly #closers = new Map<number, () => void>();

  constructor(sockets: Sockets, clock: Clock, server: DnsServer) {
    this.#sockets = sockets;
    this.#clock = clock;
    this.#server = server;
  }

  /** Does what the server wants done; `answered` is called when there may be more to do. */
  carryOut(transmission: Transmission, answered: () => void): void {
    const { port } = transmission;
    if (transmission.kind === 'close') {
      const close = this.#closers.get(port);
      this.#closers.delete(port);
      close?.();
    } else if (transmission.transport === 'udp') this.#send(transmission, answered);
    else this.#connect(transmission, answered);
  }

  #send({ port, payload, to }: Query, answered: () => void): void {
    const socket = this.#sockets.udp.bind(0, (answer, from) => {
      this.#server.handleUpstream(answer, port, from, this.#clock.monotonic());
      answered();
    });
    // None is free: the query counts as lost.
    if (socket === undefined) return;
    this.#closers.set(port, () => socket.close());
    socket.send(payload, to);
  }

  #connect({ port, payload, to }: Query, answered: () => void): void {
    const done = (answer: Uint8Array | undefined) => {
      const now = this.#clock.monotonic();
      if (answer === undefined) this.#server.handleUpstreamClosed(port, now);
      else this.#server.handleUpstream(answer, port, to, now);
      answered();
    };
    const connection = this.#sockets.tcp.connect(to, askOverTcp(payload, done));
    this.#closers.set(port, () => connection.abort());
  }
}

type Query = Extract<Transmission, { kind: 'query' }>;

function bindOrRefuse({ udp }: Sockets, handler: DatagramHandler): UdpSocket {
  const socket = udp.bind(DNS_PORT, handler);
  if (socket === undefined) throw new Misconfiguration(`UDP port ${DNS_PORT} is taken`);
  return socket;
}
