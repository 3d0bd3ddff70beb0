// Runs inside an image: what a TLS server holds for clients that go silent after its flight.
import type { Host } from '@atoll/device/host';
import { hostFastPaths } from '@atoll/driver-host/fast';
import { ecdsa } from '@atoll/primitives/ecdsa';
import { agreementKem } from '@atoll/primitives/kem';
import { ok } from '@atoll/result/result';
import { Random } from '@atoll/sim/random';
import { tlsClient } from '@atoll/tls/client';
import type { TlsConnection } from '@atoll/tls/connection';
import { schemeCode, signer } from '@atoll/tls/credentials';
import { group } from '@atoll/tls/group';
import { tlsServer } from '@atoll/tls/server';
import { cipherSuite } from '@atoll/tls/suite';
import { nativeProvider } from '../crypto/native.ts';

declare const host: Host;

const COUNT = 2000;
/** What the engine takes once is taken by the first. */
const WARM_UP = 500;
/** Bytes for each. */
const BOUND = 8_000;

const random = new Random(20);
const { aesGcm, hashes, x25519, curves } = nativeProvider(hostFastPaths(host));
const scheme = ecdsa(curves.secp256r1, hashes['SHA-256']);
const { privateKey, publicKey } = curves.secp256r1.generate(random);
const suites = [cipherSuite(aesGcm[128], hashes['SHA-256'])];
const groups = [group(agreementKem(x25519))];
const chain = [random.bytes(700), random.bytes(600)];
const server = {
  suites,
  groups,
  credentials: () => [{ chain, signers: [signer(scheme, privateKey)] }],
};
const client = {
  suites,
  groups,
  verifier: {
    schemes: [schemeCode(scheme.name)],
    verify: () =>
      ok({
        verify: (_: number, message: Uint8Array, signature: Uint8Array) =>
          scheme.verify(publicKey, message, signature),
      }),
  },
};

const hello = () => tlsClient(client, { serverName: 'host' }, random, 0);

const held: TlsConnection[] = [];
let before = 0;
for (let i = -WARM_UP; i < COUNT; i++) {
  if (i === 0) before = host.memoryUsed();
  const connection = tlsServer(server, random);
  connection.handle(hello().start().send, 0);
  held.push(connection);
}
const each = (host.memoryUsed() - before) / COUNT;
if (!(each < BOUND)) throw new Error(`${each} bytes for each`);

const other = hello();
const connection = tlsServer(server, random);
const { send } = other.handle(connection.handle(other.start().send, 0).send, 0);
connection.handle(send, 0);
if (!connection.isConnected) throw new Error('a new handshake failed');
host.write(held.length === WARM_UP + COUNT ? 'SUCCESS\n' : 'they are gone\n');
