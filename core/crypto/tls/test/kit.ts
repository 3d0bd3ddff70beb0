import type { Agreement } from '@atoll/primitives/agreement';
import { ecdsa } from '@atoll/primitives/ecdsa';
import { agreementKem, hybridKem } from '@atoll/primitives/kem';
import { aesCcm } from '@atoll/primitives/reference/aes-ccm';
import { aes128Gcm, aes256Gcm } from '@atoll/primitives/reference/aes-gcm';
import { chacha20Poly1305 } from '@atoll/primitives/reference/chacha20-poly1305';
import { ed25519 } from '@atoll/primitives/reference/ed25519';
import { mlKem768 } from '@atoll/primitives/reference/ml-kem';
import { p256, p384 } from '@atoll/primitives/reference/nist';
import { sha256, sha384 } from '@atoll/primitives/reference/sha2';
import { x25519 } from '@atoll/primitives/reference/x25519';
import type { SignatureScheme } from '@atoll/primitives/signature';
import { ok } from '@atoll/result/result';
import { Random } from '@atoll/sim/random';
import { ALERT, abort } from '../src/alert.ts';
import type { ClientConfig, Target } from '../src/client/config.ts';
import { tlsClient } from '../src/client.ts';
import type { Output, TlsConnection, TlsEvent } from '../src/connection.ts';
import {
  type CertificateVerifier,
  type Credentials,
  type Purpose,
  schemeCode,
  signer,
} from '../src/credentials.ts';
import { group } from '../src/group.ts';
import type { ServerConfig } from '../src/server/config.ts';
import { tlsServer } from '../src/server.ts';
import { cipherSuite } from '../src/suite.ts';

export const NOW = 1_800_000_000_000;

export const SUITES = {
  aes128: cipherSuite(aes128Gcm, sha256),
  aes256: cipherSuite(aes256Gcm, sha384),
  chacha: cipherSuite(chacha20Poly1305, sha256),
  ccm: cipherSuite(aesCcm(16, 16), sha256),
};

export const GROUPS = {
  x25519: group(agreementKem(x25519)),
  p256: group(agreementKem(p256)),
  p384: group(agreementKem(p384)),
  hybrid: group(hybridKem('X25519MLKEM768', mlKem768, agreementKem(x25519))),
};

const ECDSA = ecdsa(p256, sha256);

/** A certificate in these tests is a purpose, a name and a public key. */
interface Person {
  readonly purpose: Purpose;
  readonly name: string;
}

export function credentials(
  { purpose, name }: Person,
  scheme: 'ecdsa' | 'ed25519' = 'ecdsa',
): Credentials {
  const seed = new Uint8Array(32).fill(name.length);
  const curve: Agreement = p256;
  const [made, key]: [SignatureScheme<Uint8Array, Uint8Array>, Uint8Array] =
    scheme === 'ecdsa' ? [ECDSA, curve.publicKey(seed)] : [ed25519, ed25519.publicKey(seed)];
  const text = `${purpose} ${name} `;
  const certificate = Uint8Array.from(
    [...text].map((letter) => letter.charCodeAt(0)).concat(...key),
  );
  return { chain: [certificate], signers: [signer(made, seed)] };
}

export const verifier: CertificateVerifier = {
  schemes: [schemeCode('ecdsa_secp256r1_sha256'), schemeCode('ed25519')],
  verify([certificate], name, purpose) {
    const [forWhat, whose] = String.fromCharCode(...certificate).split(' ');
    if (forWhat !== purpose) return abort(ALERT.UNSUPPORTED_CERTIFICATE, `not for a ${purpose}`);
    if (name !== undefined && whose !== name) return abort(ALERT.BAD_CERTIFICATE, 'another name');
    const key = certificate.subarray(forWhat.length + whose.length + 2);
    return ok({
      verify: (scheme, message, signature) =>
        (scheme === schemeCode('ed25519') ? ed25519 : ECDSA).verify(key, message, signature),
    });
  },
};

export const CLIENT: ClientConfig = {
  suites: Object.values(SUITES),
  groups: [GROUPS.x25519, GROUPS.p256, GROUPS.p384],
  verifier,
};

export const SERVER: ServerConfig = {
  suites: Object.values(SUITES),
  groups: Object.values(GROUPS),
  credentials: (name) =>
    name === 'nobody' ? [] : [credentials({ purpose: 'server', name: name ?? 'a' })],
};

export interface End {
  readonly connection: TlsConnection;
  readonly got: number[];
  readonly early: number[];
  readonly events: TlsEvent[];
  failure: Output['failure'];
}

/** A client and a server, back to back. */
export class Pair {
  readonly client: End;
  readonly server: End;
  now = NOW;
  /** Everything that was sent, flight by flight. */
  readonly flights: { readonly from: 'client' | 'server'; readonly bytes: Uint8Array }[] = [];
  /** What is not delivered yet. */
  #toServer: Uint8Array[] = [];
  #toClient: Uint8Array[] = [];
  /** Bytes at once. */
  pieces = Number.POSITIVE_INFINITY;
  /** May change a flight, which is the nth. */
  damage: (bytes: Uint8Array, nth: number) => Uint8Array = (bytes) => bytes;

  constructor(
    client: Partial<ClientConfig> = {},
    server: Partial<ServerConfig> = {},
    target: Target = { serverName: 'host' },
    seed = 1,
    now = NOW,
  ) {
    this.now = now;
    const connection = tlsClient({ ...CLIENT, ...client }, target, new Random(seed), now, true);
    this.client = { connection, got: [], early: [], events: [], failure: undefined };
    this.server = {
      connection: tlsServer({ ...SERVER, ...server }, new Random(seed + 1), true),
      got: [],
      early: [],
      events: [],
      failure: undefined,
    };
    this.#took(this.client, connection.start());
  }

  /** Delivers until there is nothing more to deliver. */
  run(): this {
    while (this.#toServer.length + this.#toClient.length > 0) {
      this.#deliver(this.server, this.#toServer.splice(0));
      this.#deliver(this.client, this.#toClient.splice(0));
    }
    return this;
  }

  /** What one end sends to the other. */
  post(from: End, bytes: Uint8Array): this {
    if (bytes.length === 0) return this;
    const isClient = from === this.client;
    const damaged = this.damage(bytes, this.flights.length);
    this.flights.push({ from: isClient ? 'client' : 'server', bytes: bytes.slice() });
    (isClient ? this.#toServer : this.#toClient).push(damaged);
    return this;
  }

  /** Replaces what waits for the server. */
  resend(bytes: Uint8Array): void {
    this.#toServer = [bytes];
  }

  #deliver(to: End, flights: readonly Uint8Array[]): void {
    for (const bytes of flights) {
      for (let at = 0; at < bytes.length; at += this.pieces) {
        this.#took(to, to.connection.handle(bytes.slice(at, at + this.pieces), this.now));
      }
    }
  }

  #took(end: End, output: Output): void {
    for (const data of output.deliver) end.got.push(...data);
    for (const data of output.early) end.early.push(...data);
    end.events.push(...output.events);
    end.failure ??= output.failure;
    this.post(end, output.send);
  }
}

export function connectedOf(end: End) {
  const event = end.events.find(({ kind }) => kind === 'connected');
  if (event?.kind !== 'connected') throw new Error(end.failure?.reason ?? 'not connected');
  return event.connected;
}

export function sessionOf(end: End) {
  const event = end.events.find(({ kind }) => kind === 'session');
  return event?.kind === 'session' ? event.session : undefined;
}

/** `bytes` with one bit of the byte at `at` changed. */
export function flipped(bytes: Uint8Array, at: number): Uint8Array {
  return bytes.map((byte, index) => (index === at ? byte ^ (1 << (at % 8)) : byte));
}
