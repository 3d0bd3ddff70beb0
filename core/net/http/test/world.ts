import { encodeLatin1 } from '@atoll/bytes/latin1';
import type { TcpConnection } from '@atoll/device/socket';
import { Logger } from '@atoll/log/log';
import { agreementKem } from '@atoll/primitives/kem';
import { chacha20Poly1305 } from '@atoll/primitives/reference/chacha20-poly1305';
import { ed25519 } from '@atoll/primitives/reference/ed25519';
import { sha256 } from '@atoll/primitives/reference/sha2';
import { x25519 } from '@atoll/primitives/reference/x25519';
import { malformed, ok } from '@atoll/result/result';
import type { LanHost } from '@atoll/sim/host';
import { Lan } from '@atoll/sim/lan';
import { Stack } from '@atoll/stack/stack';
import { ALERT, abort } from '@atoll/tls/alert';
import type { ClientConfig } from '@atoll/tls/client/config';
import { schemeCode, signer } from '@atoll/tls/credentials';
import { group } from '@atoll/tls/group';
import type { ServerConfig } from '@atoll/tls/server/config';
import { cipherSuite } from '@atoll/tls/suite';
import { TlsSockets } from '@atoll/tls-socket/sockets';
import { readBody } from '../src/body.ts';
import { HttpClient } from '../src/client.ts';
import { connector } from '../src/connect.ts';
import type { Limits } from '../src/limits.ts';
import type { Request, Response } from '../src/message.ts';
import { HttpServer } from '../src/server.ts';

export const SERVER = 0x0a00_0001;
const PAGE = encodeLatin1('x'.repeat(100_000));
const log = new Logger(() => {}, 'quiet');

/** A web server and clients on a simulated network. */
export class World {
  readonly lan: Lan;
  readonly server: HttpServer;
  readonly serverStack: Stack;
  #clients = 0;

  constructor(seed: number, limits: Partial<Limits> = {}, faults = {}) {
    this.lan = new Lan(seed, { delay: 1, ...faults });
    const { host, stack, tls } = this.#machine('server', SERVER);
    this.server = new HttpServer({
      ...{ limits, log, clock: host.clock, wake: () => host.wake() },
      handler: answer,
    });
    this.serverStack = stack;
    this.server.listen(stack.tcp, 80);
    const serve = (connection: TcpConnection) => this.server.accept(connection, 'https');
    stack.tcp.listen(443, tls.serving(TLS_SERVER, serve));
    host.run(this.server);
  }

  /** The stack of another host. */
  client(): Stack {
    return this.#nextMachine().stack;
  }

  /** A client on another host, which knows the server as `www.example`, at an address where nobody is as well. */
  browser(): HttpClient {
    const { host, stack, tls } = this.#nextMachine();
    const client = new HttpClient({
      ...{ clock: host.clock, wake: () => host.wake(), limits: { connectMs: 200_000 } },
      connect: connector({
        tcp: stack.tcp,
        addresses: async (name) =>
          name.endsWith('.example') ? ok([SERVER + 99, SERVER]) : malformed('no such name'),
        secure: (serverName, open) => tls.opening(TLS_CLIENT, { serverName }, open),
      }),
    });
    host.run(client);
    return client;
  }

  /** How long the bodies at `urls` are, or why there is none. */
  async browse(client: HttpClient, urls: readonly string[]): Promise<(number | string)[]> {
    let isDone = false;
    const lengths = Promise.all(urls.map((url) => lengthAt(client, url))).finally(() => {
      isDone = true;
    });
    // What a promise brings, the network carries on: time passes in between.
    for (let second = 0; second < 600 && !isDone; second++) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      this.lan.run(this.lan.now + 1000);
    }
    return lengths;
  }

  #nextMachine(): Machine {
    this.#clients++;
    return this.#machine(`client ${this.#clients}`, SERVER + this.#clients);
  }

  #machine(name: string, address: number): Machine {
    const host = this.lan.host(name);
    const { device, entropy, clock } = host;
    const wake = () => host.wake();
    const stack = new Stack({ entropy, log, wake });
    stack.attach({ device, ipv4: { address, length: 16 } });
    const tls = new TlsSockets({ clock, entropy, wake });
    host.run(stack);
    host.run(tls);
    return { host, stack, tls };
  }
}

/** A page, what was asked for, or what goes wrong. */
function answer({ path, scheme }: Request): Response | Promise<Response> {
  switch (path) {
    case '/page':
      return { status: 200, body: PAGE };
    case '/never':
      return new Promise(() => {});
    case '/throws':
      throw new Error('this handler always fails');
    case '/fails':
      return { status: 200, body: { start: fail } };
    default:
      return { status: 200, body: encodeLatin1(`${scheme} ${path}`) };
  }
}

function fail(): never {
  throw new Error('this body always fails');
}

async function lengthAt(client: HttpClient, url: string): Promise<number | string> {
  const response = await client.request({ url });
  if (!response.ok) return response.error.reason;
  const body = await readBody(response.value.body, 200_000);
  return body.ok ? body.value.length : body.error.reason;
}

interface Machine {
  readonly host: LanHost;
  readonly stack: Stack;
  readonly tls: TlsSockets;
}

/** A certificate in these tests is a public key. */
const SEED = new Uint8Array(32).fill(7);
const SUITES = [cipherSuite(chacha20Poly1305, sha256)];
const GROUPS = [group(agreementKem(x25519))];

const TLS_SERVER: ServerConfig = {
  suites: SUITES,
  groups: GROUPS,
  credentials: () => [{ chain: [ed25519.publicKey(SEED)], signers: [signer(ed25519, SEED)] }],
};

const TLS_CLIENT: ClientConfig = {
  suites: SUITES,
  groups: GROUPS,
  verifier: {
    schemes: [schemeCode('ed25519')],
    verify([key], name) {
      if (name !== 'www.example') return abort(ALERT.BAD_CERTIFICATE, 'another name');
      return ok({ verify: (_, message, signature) => ed25519.verify(key, message, signature) });
    },
  },
};
