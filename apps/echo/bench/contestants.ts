import { readFileSync } from 'node:fs';
import { ON_SERVER_CORE } from '@atoll/testbed/contest';
import type { Host } from '@atoll/testbed/lan';
import { Lan } from '@atoll/testbed/lan';
import { Namespace } from '@atoll/testbed/namespace';
import { compile } from '@atoll/testbed/native/compile';
import { eventually } from '@atoll/testbed/poll';
import type { Running } from '@atoll/testbed/process';
import { Server } from '@atoll/testbed/server';
import { SERVER, unix } from '../test/e2e/bed.ts';

/** A TCP stack with an echo and an iperf3 server behind it, and a Linux client before it. */
export interface Contestant {
  readonly name: string;
  readonly lan: Lan;
  readonly client: Namespace;
  /** That of the server, as the client sees it. */
  readonly address: string;
  /** Seconds used so far by the processes that are the stack, where the stack is in processes. */
  readonly processorTime?: () => number;
  /** Memory that connections add to, in KiB. */
  readonly memory?: () => number;
}

/** Our image. */
export async function image(): Promise<Contestant> {
  const lan = new Lan();
  const client = clientOf(lan);
  const server = new Server(lan, unix, { address: `${SERVER}/24`, port: 7 });
  await server.start(client, { through: ON_SERVER_CORE });
  return {
    name: 'echo.unix',
    lan,
    client,
    address: SERVER,
    processorTime: () => server.processorTime(),
    memory: () => server.memory(),
  };
}

/**
 * Linux where our image is: behind a TAP that a process reads, with the same offloads. The process
 * hands every frame to a second TAP, behind which Linux has a namespace; the work of its stack is
 * done in the time of the forwarder and of the server.
 */
export async function linux(): Promise<Contestant> {
  const lan = new Lan();
  const client = clientOf(lan);
  const [host, near] = lan.hostBehindTap('linux', `${SERVER}/24`);
  const program = compile('forward', lan.folder);
  const forward = lan.wire.start([...ON_SERVER_CORE, program, near, host.path, 'eth0']);
  await forward.says(/ready/);
  const { bulk } = await serve(lan, host);
  return {
    name: 'linux',
    lan,
    client,
    address: SERVER,
    processorTime: () => forward.processorTime() + bulk.processorTime(),
    memory: slab,
  };
}

/** Linux without a TAP between: what no user-space stack can reach. Its work is done in anybody's time. */
export async function linuxVeth(): Promise<Contestant> {
  const lan = new Lan();
  const client = clientOf(lan);
  await serve(lan, lan.host('linux', `${SERVER}/24`));
  return { name: 'linux-veth', lan, client, address: SERVER };
}

/**
 * passt, which ends TCP connections from a TAP in user space as we do. It has no server inside: it
 * hands each connection to one of Linux, over a socket of its own, which is not in its time. Its TAP has
 * no offloads; frames of 64 KiB, its default, make up for them.
 */
export async function passt(): Promise<Contestant> {
  const lan = new Lan();
  const host = lan.host('passt', '10.0.0.9/24');
  host.configure(`route add default via ${GATEWAY} dev eth0`);
  rememberLittle(host);
  await serve(lan, host);
  const client = new Namespace('guest');
  rememberLittle(client);
  const program = host.start([
    ...ON_SERVER_CORE,
    ...[
      'pasta',
      '--foreground',
      '--runas',
      '0',
      '--ipv4-only',
      '--config-net',
      '--ns-ifname',
      'eth0',
    ],
    // No port of the client is to be seen from outside, and none of the host on its loopback.
    ...['-t', 'none', '-u', 'none', '-T', 'none', '-U', 'none'],
    ...['--netns', client.path],
  ]);
  const isUp = async () => (await client.run(['ip', 'route'])).stdout.includes('default');
  if (!(await eventually(isUp))) throw new Error(`pasta: ${program.output}`);
  return {
    name: 'passt',
    lan,
    client,
    address: GATEWAY,
    processorTime: () => program.processorTime(),
  };
}

function clientOf(lan: Lan): Host {
  const client = lan.host('client', '10.0.0.9/24');
  rememberLittle(client);
  return client;
}

/** Lets a host open more connections in a minute than it has ports. */
function rememberLittle(host: Namespace): void {
  host.set('net.ipv4.ip_local_port_range', '1024 65535');
  host.set('net.ipv4.tcp_tw_reuse', '1');
}

async function serve(lan: Lan, host: Host): Promise<Record<'echo' | 'bulk', Running>> {
  const echo = host.start([...ON_SERVER_CORE, compile('echo', lan.folder)]);
  const bulk = host.start([...ON_SERVER_CORE, 'iperf3', '--server', '--forceflush']);
  await Promise.all([echo.says(/ready/), bulk.says(/listening/)]);
  return { echo, bulk };
}

/** The kernel's objects, of which each connection has two equal sets: client and server are one Linux. */
function slab(): number {
  return Number(/^Slab:\s+(\d+)/m.exec(readFileSync('/proc/meminfo', 'latin1'))?.[1]) / 2;
}

/** What passt takes for the host's loopback. */
const GATEWAY = '10.0.0.1';
