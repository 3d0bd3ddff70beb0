import type { Activity, System } from '@atoll/appliance/appliance';
import type { TcpConnection } from '@atoll/device/socket';
import { Logger } from '@atoll/log/log';
import type { Network } from '@atoll/network/network';
import type { LanHost } from '@atoll/sim/host';
import type { LanOptions } from '@atoll/sim/lan';
import { Lan } from '@atoll/sim/lan';
import { Stack } from '@atoll/stack/stack';
import { parseCollector } from '../src/collector.ts';
import { Syslog } from '../src/service.ts';
import { tcpTransport } from '../src/transport/tcp.ts';
import { udpTransport } from '../src/transport/udp.ts';
import { parseMessage, parseStream } from './parse.ts';

const APPLIANCE = 0x0a00_0002;
const COLLECTOR = 0x0a00_0009;

/** An appliance that logs, and a collector that may be away. */
export class World {
  readonly lan: Lan;
  readonly log: Logger;
  /** What the console of the appliance says. */
  readonly console: string[] = [];
  readonly syslog: Syslog;
  readonly collector: CollectorHost;
  readonly appliance: LanHost;
  readonly #system: System;

  constructor(url: string, options: LanOptions = {}) {
    this.lan = new Lan(1, options);
    this.appliance = this.lan.host('appliance');
    this.log = new Logger((_, line) => this.console.push(line), 'debug');
    const { clock, entropy } = this.appliance;
    this.#system = {
      program: { name: 'lighthouse', version: '1.2.3', target: 'test', image: '' },
      launchedAt: 0,
      clock,
      entropy,
      log: this.log,
      run: (activity: Activity) => this.appliance.run(activity),
      wake: () => this.appliance.wake(),
    } as unknown as System;
    const collector = parseCollector(url, [udpTransport, tcpTransport]);
    if (!collector.ok) throw new Error(collector.error.reason);
    this.syslog = new Syslog(this.#system, { syslog: collector.value });
    this.collector = new CollectorHost(this.lan.host('collector'));
  }

  /** Brings the network up, with an address unless it shall come later. */
  start(hasAddress = true): Stack {
    const { entropy, device } = this.appliance;
    const quiet = new Logger(() => {}, 'quiet');
    const stack = new Stack({ entropy, log: quiet, wake: () => this.appliance.wake() });
    const ipv4 = hasAddress ? { address: APPLIANCE, length: 24 } : undefined;
    const target = stack.attach({ device, ipv4 });
    this.appliance.run(stack);
    const network: Network = {
      ...{ sockets: stack, stack, interface: target, learnsDns: false, onDnsChange: () => {} },
      dns: { servers: [], searchDomains: [] },
    };
    this.syslog.start(network);
    return stack;
  }

  /** Lets so many milliseconds pass. */
  pass(time: number): void {
    this.lan.run(this.lan.now + time);
  }

  /** The sentences that the collector got. */
  get sentences(): string[] {
    return this.collector.messages().map(({ text }) => text);
  }

  metrics(): Record<string, number> {
    const values: Record<string, number> = {};
    const take = (name: string, _: string, value: number) => {
      values[name.replace('atoll_syslog_', '')] = value;
    };
    this.syslog.collect({ counter: take, gauge: take } as never);
    return values;
  }
}

/** Takes messages over UDP and TCP. */
class CollectorHost {
  readonly connections: TcpConnection[] = [];
  /** When connections were opened, in milliseconds. */
  readonly opened: number[] = [];
  /** Whether it ends connections at once. */
  isRude = false;
  /** Whether it reads. */
  isAwake = true;
  readonly #streams: number[][] = [];
  readonly #datagrams: Uint8Array[] = [];
  readonly host: LanHost;
  readonly #stack: Stack;
  #close: (() => void) | undefined;

  constructor(host: LanHost) {
    this.host = host;
    const log = new Logger(() => {}, 'quiet');
    this.#stack = new Stack({ entropy: host.entropy, log, wake: () => host.wake() });
    this.#stack.attach({ device: host.device, ipv4: { address: COLLECTOR, length: 24 } });
    host.run(this.#stack);
  }

  listen(): void {
    const udp = this.#stack.udp.bind(514, (payload) => this.#datagrams.push(payload.slice()));
    const tcp = this.#stack.tcp.listen(514, (connection) => {
      this.connections.push(connection);
      this.opened.push(this.host.clock.monotonic());
      const stream: number[] = [];
      this.#streams.push(stream);
      const read = () => {
        if (!this.isAwake) return;
        for (let bytes = connection.peek(); bytes.length > 0; bytes = connection.peek()) {
          stream.push(...bytes);
          connection.consume(bytes.length);
        }
        if (connection.isFinished) connection.end();
      };
      return {
        onConnected: () => {
          if (this.isRude) connection.end();
        },
        onReadable: read,
      };
    });
    this.#close = () => {
      udp?.close();
      tcp?.close();
    };
  }

  /** Ends all connections, by `end` or `abort`, and listens no more. */
  leave(how: 'end' | 'abort'): void {
    this.#close?.();
    for (const connection of this.connections) connection[how]();
  }

  messages() {
    const streams = this.#streams.flatMap((stream) => parseStream(Uint8Array.from(stream)));
    return [...this.#datagrams, ...streams].map(parseMessage);
  }
}
