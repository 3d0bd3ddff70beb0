import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Host } from '@atoll/testbed/lan';
import { Lan } from '@atoll/testbed/lan';
import { Server } from '@atoll/testbed/server';
import type { Target } from '@atoll/testbed/target';
import { imagesOf } from '@atoll/testbed/target/images';

export const { node, unix, spt, microvm, hvt, xen } = imagesOf('pinata');

export const SERVER = '10.0.0.2';
export const SECRET = 'three sweets and a wallet';

const ATOLL = fileURLToPath(new URL('../../../../images/builder/bin/atoll.mjs', import.meta.url));

/** What the page says, as JSON. */
export interface Status {
  readonly declined: number;
  readonly ports: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly visits: readonly {
    readonly port: number;
    readonly outcome: string;
    readonly reason: string;
    readonly lines: readonly string[];
  }[];
}

/** A Pinata with 32 MiB, and those who want what is inside. */
export class PinataBed {
  readonly lan = new Lan();
  readonly client: Host;
  readonly server: Server;
  /** The certificate of the authority, in a file; once it runs. */
  readonly authority: string;
  readonly #words: readonly string[];
  #hosts = 0;

  constructor(target: Target, words: readonly string[] = []) {
    this.client = this.lan.host('client', '10.0.0.9/24');
    this.server = new Server(this.lan, target, { address: `${SERVER}/24` });
    this.authority = join(this.lan.folder, 'ca.pem');
    this.#words = words;
  }

  async start(): Promise<void> {
    const words = [`--ipv4=${SERVER}/24`, '--ipv6=none', `--secret=${SECRET}`, ...this.#words];
    await this.server
      .launch({ memory: 32, words })
      .says(/ready: /, this.server.target.patienceMs ?? 60_000);
    writeFileSync(this.authority, await this.get('/ca.pem'));
  }

  async stop(): Promise<void> {
    await this.server.stop();
    this.lan.remove();
  }

  /** Another host: calls are counted by address. */
  newHost(): Host {
    return this.lan.host(`guest${++this.#hosts}`, `10.0.0.${100 + this.#hosts}/24`);
  }

  get(path: string, ...options: string[]): Promise<string> {
    return this.client.succeed(['curl', '-sSf', ...options, `http://${SERVER}${path}`]);
  }

  async status(): Promise<Status> {
    return JSON.parse(await this.get('/pinata.json'));
  }

  /** The command `atoll` on the client. */
  atoll(...words: string[]) {
    return this.client.run([process.execPath, ATOLL, ...words]);
  }

  startAtoll(...words: string[]) {
    return this.client.start([process.execPath, ATOLL, ...words], { keepInput: true });
  }
}
