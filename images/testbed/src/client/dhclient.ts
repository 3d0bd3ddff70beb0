import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Host, Lan } from '../lan.ts';
import { eventually } from '../poll.ts';
import type { Command, Running } from '../process.ts';
import type { LeaseEvent } from './lease.ts';
import { LeaseRecord } from './lease.ts';
import { ping } from './ping.ts';

/**
 * ISC's DHCP client on the interface of a host. Its lease file outlives it, so that it asks for its
 * old address when it is started again (INIT-REBOOT of RFC 2131 section 4.3.2).
 */
export class Dhclient {
  readonly #host: Host;
  readonly #path: string;
  readonly #record: LeaseRecord;
  #program: Running | undefined;
  #seen = 0;

  constructor(lan: Lan, host: Host) {
    this.#host = host;
    this.#path = join(lan.folder, `${host.name}.dhclient`);
    this.#record = new LeaseRecord(`${this.#path}.events`);
  }

  /** Starts it with lines of dhclient.conf(5) and waits for one of the events that bring a lease. */
  async start(...configuration: string[]): Promise<LeaseEvent> {
    writeFileSync(`${this.#path}.conf`, [...IMPATIENT, ...configuration, ''].join('\n'));
    this.#program = this.#host.start(this.#command('-d'));
    const lease = await this.next('BOUND', 'REBOOT');
    // It runs its script before it writes the lease down, and must not be stopped in between.
    const line = `fixed-address ${lease.values.new_ip_address};`;
    await eventually(() => this.#leases().includes(line));
    return lease;
  }

  /** Writes a lease of `address` into the lease file, as if it had been given before. */
  remember(address: string): void {
    const lines = [`interface "eth0";`, `fixed-address ${address};`, ...VALID_FOR_EVER];
    writeFileSync(`${this.#path}.leases`, `lease {\n${lines.join('\n')}\n}\n`);
  }

  /** Waits for the next of `names`, such as `RENEW`. */
  async next(...names: string[]): Promise<LeaseEvent> {
    const event = await this.#record.next(this.#seen, ...names);
    this.#seen = this.#record.events().length;
    return event;
  }

  /** What it wrote since it was started: a line for each message that it sent or got. */
  get console(): string {
    return this.#program?.output ?? '';
  }

  /** Ends it without releasing the lease. */
  async stop(): Promise<void> {
    await this.#program?.stop();
  }

  /** Gives the lease back to `server`, whose Ethernet address is asked for first, and ends it. */
  async release(server: string): Promise<void> {
    await this.stop();
    await ping(this.#host, server);
    await this.#host.succeed(this.#command('-r'));
    await this.next('RELEASE');
  }

  #leases(): string {
    const file = `${this.#path}.leases`;
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }

  #command(mode: string): Command {
    const files = ['-lf', `${this.#path}.leases`, '-pf', `${this.#path}.pid`];
    const script = [
      '-cf',
      `${this.#path}.conf`,
      '-sf',
      SCRIPT,
      '-e',
      `RECORD=${this.#record.file}`,
    ];
    return ['dhclient', '-4', mode, ...files, ...script, 'eth0'];
  }
}

const SCRIPT = fileURLToPath(new URL('./dhclient.sh', import.meta.url));

const VALID_FOR_EVER = [
  'option subnet-mask 255.255.255.0;',
  'option dhcp-lease-time 4294967295;',
  'renew never;',
  'rebind never;',
  'expire never;',
];

/** It would wait up to ten seconds before it starts again. */
const IMPATIENT = [
  'timeout 10;',
  'retry 1;',
  'reboot 5;',
  'initial-interval 1;',
  'initial-delay 0;',
];
