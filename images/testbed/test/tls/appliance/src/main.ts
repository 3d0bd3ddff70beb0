import type { Appliance } from '@atoll/appliance/appliance';
import { Misconfiguration } from '@atoll/appliance/appliance';
import { discard, echo } from '@atoll/device/services';
import { startNetwork } from '@atoll/network/network';
import { expect } from '@atoll/result/result';
import type { Credentials } from '@atoll/tls/credentials';
import { TicketKeys } from '@atoll/tls/server/ticket';
import { x509Signers, x509Verifier } from '@atoll/tls/x509';
import type { AcceptTls } from '@atoll/tls-socket/sockets';
import { TlsSockets } from '@atoll/tls-socket/sockets';
import { parseCertificate } from '@atoll/x509/certificate';
import { parsePrivateKey } from '@atoll/x509/private-key';
import { privateProfile } from '@atoll/x509/profile';
import { algorithms } from './algorithms.ts';
import { ARGUMENTS } from './arguments.ts';
import { ask } from './client.ts';
import { generate, page } from './services.ts';

const SERVICES: Readonly<Record<number, AcceptTls>> = {
  443: page,
  1007: echo,
  1009: discard,
  1019: generate,
};

/** Serves over TLS, or is a client of it: for tests with real peers, and to measure with. */
const services: Appliance<typeof ARGUMENTS> = {
  name: 'tls-services',
  version: '0.1.0',
  summary: 'Serves a page, echo, discard and a generator over TLS, or asks for a page.',
  devices: [{ name: 'service', type: 'network', summary: 'the network that is served' }],
  arguments: ARGUMENTS,
  start(system, options) {
    const { sockets } = startNetwork(system, options, 'service');
    const known = algorithms(system.fast);
    const { signatures } = known;
    const suites = named(known.suites, options.suites, ({ name }) => name);
    const groups = named(known.groups, options.groups, ({ kem }) => kem.name);
    const tls = new TlsSockets(system);
    system.run(tls);

    const credentials = options.certificate.map((certificate, index): Credentials => {
      const key = expect(parsePrivateKey(options.key[index] ?? new Uint8Array(0)));
      return { chain: [certificate], signers: x509Signers(key, signatures) };
    });
    const roots = options.root ? [expect(parseCertificate(options.root))] : [];
    const verifier = x509Verifier({ profile: privateProfile, roots, signatures });
    if (options.connect !== undefined) {
      const { port, servername: serverName, times } = options;
      const resumes = options.resume === 'yes';
      const [own] = credentials;
      const config = { suites, groups, verifier, ...(own && { credentials: own }) };
      const to = { address: options.connect, port };
      ask(system, sockets, tls, config, { to, serverName, times, resumes });
      return;
    }
    const config = {
      suites,
      groups,
      credentials: () => credentials,
      tickets: new TicketKeys(known.ticketCipher),
      ...(options.clients === 'known' && { clients: { verifier, required: true } }),
    };
    const onFailure = ({ blame, reason }: { blame: string; reason: string }) =>
      system.log.info(`failed: ${reason} (${blame})`);
    for (const [port, accept] of Object.entries(SERVICES)) {
      sockets.tcp.listen(Number(port), tls.serving(config, accept, { onFailure }));
    }
    // Whoever wants to know whether we are there asks here.
    const probe = sockets.udp.bind(7, (payload, from, to) => {
      probe?.send(payload, from, to.address);
    });
  },
};

export default services;

function named<T>(all: readonly T[], names: string | undefined, nameOf: (one: T) => string): T[] {
  if (names === undefined) return [...all];
  return names.split(':').map((name) => {
    const found = all.find((one) => nameOf(one) === name);
    if (found === undefined) throw new Misconfiguration(`there is no ${name}`);
    return found;
  });
}
