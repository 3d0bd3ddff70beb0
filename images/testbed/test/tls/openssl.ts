import { existsSync } from 'node:fs';
import type { ClientConfig } from '@atoll/tls/client/config';
import type { Credentials } from '@atoll/tls/credentials';
import type { ServerConfig } from '@atoll/tls/server/config';
import { TicketKeys } from '@atoll/tls/server/ticket';
import { x509Signers, x509Verifier } from '@atoll/tls/x509';
import { privateProfile } from '@atoll/x509/profile';
import type { CertificateSignature } from '@atoll/x509/signature';
import { eventually } from '../../src/poll.ts';
import { type Command, type Ended, Running, run } from '../../src/process.ts';
import { GROUPS, SUITES } from './algorithms.ts';
import { Authority, type Issued, KEYS } from './authority.ts';

export const HOST = 'server.example';
/** The kinds of keys that there is a server's certificate for. */
export const KINDS = Object.keys(KEYS) as (keyof typeof KEYS)[];

/** OpenSSL as either end of a connection of one version, and what our end trusts and shows. */
export class OpenSsl {
  readonly authority = new Authority();
  /** Trusts the authority. */
  readonly client: ClientConfig;
  readonly #version: '-tls1_2' | '-tls1_3';
  readonly #signatures: readonly CertificateSignature[];
  readonly #servers = new Map<string, Issued>();
  readonly #started: Running[] = [];

  constructor(version: '-tls1_2' | '-tls1_3', signatures: readonly CertificateSignature[]) {
    this.#version = version;
    this.#signatures = signatures;
    const roots = [this.authority.root];
    const verifier = x509Verifier({ profile: privateProfile, roots, signatures });
    this.client = { suites: SUITES, groups: GROUPS, verifier };
    for (const kind of KINDS) this.#servers.set(kind, this.authority.issue('server', HOST, kind));
  }

  /** Of a server that is {@link HOST} and has a key of `kind`. */
  serverConfig(kind: string): ServerConfig {
    const credentials = this.credentials(this.issued(kind));
    return {
      suites: SUITES,
      groups: GROUPS,
      credentials: (name) => (name === HOST ? [credentials] : []),
      tickets: new TicketKeys(SUITES[1].aead),
    };
  }

  /** What shows that we are who the certificate says. */
  credentials({ certificate, key }: Issued): Credentials {
    return { chain: [certificate], signers: x509Signers(key, this.#signatures) };
  }

  issued(kind: string): Issued {
    const found = this.#servers.get(kind);
    if (found === undefined) throw new Error(`no certificate with ${kind}`);
    return found;
  }

  /** Starts a server with a key of `kind`. */
  serve(kind: string, ...options: string[]): Promise<{ running: Running; port: number }> {
    return this.start(this.serverCommand(kind, ...options));
  }

  serverCommand(kind: string, ...options: string[]): string[] {
    const { certificateFile, keyFile } = this.issued(kind);
    const files = ['-cert', certificateFile, '-key', keyFile, '-CAfile', this.authority.rootFile];
    const accept = ['-accept', '127.0.0.1:0', this.#version];
    return ['openssl', 's_server', ...accept, ...files, ...options];
  }

  /** Starts a server, until {@link stop}; answers where it listens. */
  async start(command: Command): Promise<{ running: Running; port: number }> {
    const running = new Running(command, { keepInput: true });
    this.#started.push(running);
    const [, port] = await running.says(/ACCEPT 127\.0\.0\.1:(\d+)/);
    return { running, port: Number(port) };
  }

  /** A client that wants {@link HOST}, and no one else. */
  clientCommand(port: number, ...options: string[]): string[] {
    const verify = ['-CAfile', this.authority.rootFile, '-verify_return_error'];
    const name = ['-servername', HOST, '-verify_hostname', HOST];
    const connect = ['-connect', `127.0.0.1:${port}`, this.#version];
    return ['openssl', 's_client', ...connect, ...verify, ...name, ...options];
  }

  /** Connects, until it is fed a `Q`. */
  connect(port: number, ...options: string[]): Running {
    return new Running(this.clientCommand(port, ...options), { keepInput: true });
  }

  /** Connects, and quits at once. */
  visit(port: number, ...options: string[]): Promise<Ended> {
    return run(this.clientCommand(port, ...options), { input: 'Q\n' });
  }

  /** Connects until there is a session; answers the file that it is in. */
  async session(port: number, ...options: string[]): Promise<string> {
    const file = this.authority.rootFile.replace('1.pem', `session-${port}.pem`);
    const running = this.connect(port, '-sess_out', file, ...options);
    // It says that only when it ends; the file is there at once.
    if (!(await eventually(() => existsSync(file)))) throw new Error(running.output);
    running.feed('Q\n');
    await running.ended;
    return file;
  }

  /** Stops all servers. */
  async stop(): Promise<void> {
    for (const running of this.#started.splice(0)) await running.stop();
  }

  close(): void {
    this.authority.close();
  }
}
