// Runs inside an image: TLS 1.2 between two of us with the libraries of images, and TLS 1.3 when both speak it.
import type { Host } from '@atoll/device/host';
import { hostFastPaths } from '@atoll/driver-host/fast';
import { ecdsa } from '@atoll/primitives/ecdsa';
import { agreementKem } from '@atoll/primitives/kem';
import { ok } from '@atoll/result/result';
import { Random } from '@atoll/sim/random';
import { tlsClient } from '@atoll/tls/client';
import type { ClientConfig } from '@atoll/tls/client/config';
import type { TlsConnection, TlsEvent } from '@atoll/tls/connection';
import { schemeCode, signer } from '@atoll/tls/credentials';
import { group } from '@atoll/tls/group';
import { tlsServer } from '@atoll/tls/server';
import { TicketKeys } from '@atoll/tls/server/ticket';
import type { Session } from '@atoll/tls/session';
import { cipherSuite } from '@atoll/tls/suite';
import { tls12Client } from '@atoll/tls/tls12/client';
import { tls12Server } from '@atoll/tls/tls12/server';
import { ecdheSuite } from '@atoll/tls/tls12/suite';
import { nativeProvider } from '../crypto/native.ts';

declare const host: Host;

const random = new Random(20);
const provider = nativeProvider(hostFastPaths(host));
const { aesGcm, aesCcm, chacha20Poly1305, hashes, x25519, curves } = provider;
const [sha256, sha384] = [hashes['SHA-256'], hashes['SHA-384']];
const all = [
  ecdheSuite(aesGcm[128], sha256),
  ecdheSuite(aesGcm[256], sha384),
  ecdheSuite(chacha20Poly1305, sha256),
  ecdheSuite(aesCcm(16, 16), sha256),
];
const scheme = ecdsa(curves.secp256r1, sha256);
const { privateKey, publicKey } = curves.secp256r1.generate(random);
const groups = [x25519, curves.secp256r1, curves.secp384r1].map((one) => group(agreementKem(one)));
const server = {
  suites: [cipherSuite(aesGcm[128], sha256)],
  tls12: tls12Server(all),
  groups,
  credentials: () => [{ chain: [publicKey], signers: [signer(scheme, privateKey)] }],
  tickets: new TicketKeys(aesGcm[256]),
};
const client: ClientConfig = {
  suites: [],
  groups,
  verifier: {
    schemes: [schemeCode(scheme.name)],
    verify: ([key]) =>
      ok({ verify: (_, message, signature) => scheme.verify(key, message, signature) }),
  },
};

/** A whole handshake and data both ways; answers what the client heard. */
function meet(config: ClientConfig, session?: Session): TlsEvent[] {
  const us = tlsClient(config, { serverName: 'host', session }, random, 0);
  const them = tlsServer(server, random);
  const events: TlsEvent[] = [];
  let { send } = us.start();
  while (send.length > 0) {
    const answer = us.handle(them.handle(send, 0).send, 0);
    events.push(...answer.events);
    ({ send } = answer);
  }
  check(us, them);
  check(them, us);
  return events;
}

function check(from: TlsConnection, to: TlsConnection): void {
  const data = random.bytes(40_000);
  const { deliver } = to.handle(from.send(data), 0);
  const got = deliver.flatMap((part) => [...part]);
  if (got.length !== data.length || got.some((byte, at) => byte !== data[at])) {
    throw new Error('data is not what was sent');
  }
}

function agreed(events: readonly TlsEvent[]): string {
  const event = events.find(({ kind }) => kind === 'connected');
  if (event?.kind !== 'connected') throw new Error('not connected');
  const { version, group, resumed } = event.connected;
  return `${version} ${group} ${resumed}`;
}

function expect(found: string, expected: string): void {
  if (found !== expected) throw new Error(`${found} instead of ${expected}`);
}

for (const suite of all) {
  for (const one of groups) {
    // The curve of the certificate is always among the groups.
    const config = { ...client, tls12: tls12Client([suite]), groups: [one, groups[1]] };
    const events = meet(config);
    const name = one === groups[2] ? 'secp256r1' : one.kem.name;
    expect(agreed(events), `TLS 1.2 ${name} false`);
    const told = events.find(({ kind }) => kind === 'session');
    if (told?.kind !== 'session') throw new Error('no session');
    expect(agreed(meet(config, told.session)), 'TLS 1.2 undefined true');
  }
}
const both = { ...client, suites: server.suites, tls12: tls12Client(all) };
expect(agreed(meet(both)), 'TLS 1.3 x25519 false');
host.write('SUCCESS\n');
