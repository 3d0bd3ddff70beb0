import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Host, Lan } from '../lan.ts';
import type { Running } from '../process.ts';
import type { LeaseEvent } from './lease.ts';
import { LeaseRecord } from './lease.ts';
import { ping } from './ping.ts';

/**
 * BusyBox's DHCP client on the interface of a host: `deconfig`, `bound`, `renew`, `nak` and
 * `leasefail` are its events.
 */
export class Udhcpc {
  readonly #host: Host;
  readonly #record: LeaseRecord;
  #program: Running | undefined;
  #seen = 0;

  constructor(lan: Lan, host: Host) {
    this.#host = host;
    this.#record = new LeaseRecord(join(lan.folder, `${host.name}.udhcpc`));
  }

  /** Starts it with more `words` of its own and waits for the lease. */
  async start(...words: string[]): Promise<LeaseEvent> {
    const quick = ['-t', '10', '-T', '1', '-A', '1'];
    const command = ['udhcpc', '-f', '-i', 'eth0', '-s', SCRIPT, ...quick, ...words];
    this.#program = this.#host.start(command, { env: { RECORD: this.#record.file } });
    return this.#next('bound');
  }

  /** Asks for the same lease again, as a client does after half of its time. */
  async renew(): Promise<LeaseEvent> {
    this.#program?.signal('SIGUSR1');
    return this.#next('renew', 'nak', 'leasefail');
  }

  /**
   * Gives the lease back to `server`. The client's script takes the address away right after the
   * message was handed to Linux, which drops it if it still waits for the server's Ethernet
   * address; so that is asked for first.
   */
  async release(server: string): Promise<void> {
    await ping(this.#host, server);
    this.#program?.signal('SIGUSR2');
    await this.#next('deconfig');
  }

  /** Ends it without releasing the lease. */
  async stop(): Promise<void> {
    await this.#program?.stop();
  }

  async #next(...names: string[]): Promise<LeaseEvent> {
    const event = await this.#record.next(this.#seen, ...names);
    this.#seen = this.#record.events().length;
    return event;
  }
}

const SCRIPT = fileURLToPath(new URL('./udhcpc.sh', import.meta.url));
