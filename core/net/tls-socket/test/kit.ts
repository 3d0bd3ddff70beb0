import type { CloseReason, TcpConnection, TcpHandler } from '@atoll/device/socket';
import { Logger } from '@atoll/log/log';
import { agreementKem } from '@atoll/primitives/kem';
import { chacha20Poly1305 } from '@atoll/primitives/reference/chacha20-poly1305';
import { ed25519 } from '@atoll/primitives/reference/ed25519';
import { withReferenceRuns } from '@atoll/primitives/reference/records';
import { sha256 } from '@atoll/primitives/reference/sha2';
import { x25519 } from '@atoll/primitives/reference/x25519';
import { ok } from '@atoll/result/result';
import type { LanHost } from '@atoll/sim/host';
import type { LanOptions } from '@atoll/sim/lan';
import { Lan } from '@atoll/sim/lan';
import { Stack } from '@atoll/stack/stack';
import { ALERT, abort } from '@atoll/tls/alert';
import type { ClientConfig } from '@atoll/tls/client/config';
import { schemeCode, signer } from '@atoll/tls/credentials';
import { group } from '@atoll/tls/group';
import type { ServerConfig } from '@atoll/tls/server/config';
import { cipherSuite } from '@atoll/tls/suite';
import type { TlsSocketsOptions } from '../src/sockets.ts';
import { TlsSockets } from '../src/sockets.ts';

export const ALICE = 0xc000_0201;
export const BOB = 0xc000_0202;
export const PORT = 443;
export const TO_BOB = { address: BOB, port: PORT };
export const TARGET = { serverName: 'bob' };

const SEED = new Uint8Array(32).fill(7);
const SUITES = [cipherSuite(chacha20Poly1305, sha256)];
const GROUPS = [group(agreementKem(x25519))];

export const SERVER: ServerConfig = {
  suites: SUITES,
  groups: GROUPS,
  // A certificate in these tests is a public key.
  credentials: () => [{ chain: [ed25519.publicKey(SEED)], signers: [signer(ed25519, SEED)] }],
};

export const CLIENT: ClientConfig = {
  suites: SUITES,
  groups: GROUPS,
  verifier: {
    schemes: [schemeCode('ed25519')],
    verify([key], name) {
      if (name !== 'bob') return abort(ALERT.BAD_CERTIFICATE, 'another name');
      return ok({ verify: (_, message, signature) => ed25519.verify(key, message, signature) });
    },
  },
};

/** The same, with records in runs, as images have them. */
export function inRuns<Config extends ServerConfig | ClientConfig>(config: Config): Config {
  return { ...config, suites: [cipherSuite(withReferenceRuns(chacha20Poly1305), sha256)] };
}

export interface Machine {
  readonly host: LanHost;
  readonly stack: Stack;
  readonly tls: TlsSockets;
}

export interface Hosts {
  readonly lan: Lan;
  /** The client. */
  readonly alice: Machine;
  /** The server. */
  readonly bob: Machine;
}

export function hosts(
  seed: number,
  lanOptions: LanOptions = {},
  options: TlsSocketsOptions = {},
): Hosts {
  const lan = new Lan(seed, lanOptions);
  const machine = (name: string, address: number): Machine => {
    const host = lan.host(name);
    const { device, entropy, clock } = host;
    const log = new Logger(() => {}, 'error');
    const stack = new Stack({ entropy, log, wake: () => host.wake() });
    stack.attach({ device, ipv4: { address, length: 24 } });
    const tls = new TlsSockets({ clock, entropy, wake: () => host.wake() }, options);
    host.run(stack);
    host.run(tls);
    return { host, stack, tls };
  };
  return { lan, alice: machine('alice', ALICE), bob: machine('bob', BOB) };
}

/** What one side of a connection saw. */
export class Side implements TcpHandler {
  readonly connection: TcpConnection;
  /** Bytes that are to be sent; then it ends. */
  readonly #size: number;
  /** Bytes read at a time. */
  appetite = Number.POSITIVE_INFINITY;
  /** Bytes written at a time. */
  portion = 40_000;
  sent = 0;
  received = 0;
  isIntact = true;
  isConnected = false;
  isFinished = false;
  reason: CloseReason | undefined;

  constructor(connection: TcpConnection, size: number) {
    this.connection = connection;
    this.#size = size;
  }

  onConnected(): void {
    this.isConnected = true;
    this.onWritable();
  }

  onWritable(): void {
    while (this.sent < this.#size) {
      const length = Math.min(this.#size - this.sent, this.portion);
      const taken = this.connection.write(pattern(this.sent, length));
      this.sent += taken;
      if (taken < length) return;
    }
    this.connection.end();
  }

  onReadable(): void {
    for (let bytes = this.connection.peek(); bytes.length > 0; bytes = this.connection.peek()) {
      this.take(Math.min(bytes.length, this.appetite));
    }
    this.isFinished = this.connection.isFinished;
  }

  /** Reads and checks the first `count` of the bytes that are there. */
  take(count: number): void {
    const bytes = this.connection.peek();
    for (let at = 0; at < count; at++) {
      if (bytes[at] !== octet(this.received + at)) this.isIntact = false;
    }
    this.received += count;
    this.connection.consume(count);
  }

  onClosed(reason: CloseReason): void {
    this.reason = reason;
  }
}

/** A side that reads nothing by itself. */
export class LazySide extends Side {
  override onReadable(): void {}
}

function pattern(start: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => octet(start + at));
}

/** Its period is no buffer's. */
function octet(place: number): number {
  const at = place % 65_521;
  return (at * 31 + (at >>> 8) * 17) & 0xff;
}
