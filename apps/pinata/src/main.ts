import type { Appliance } from '@atoll/appliance/appliance';
import { Misconfiguration } from '@atoll/appliance/appliance';
import { toHex } from '@atoll/bytes/hex';
import { http2 } from '@atoll/http/http2';
import { HttpServer } from '@atoll/http/server';
import { startNetwork } from '@atoll/network/network';
import { collectHttp } from '@atoll/status/collect/http';
import { collectTls } from '@atoll/status/collect/tls';
import { Status, serveStatus } from '@atoll/status/status';
import { Syslog } from '@atoll/syslog/service';
import { TicketKeys } from '@atoll/tls/server/ticket';
import { TlsSockets } from '@atoll/tls-socket/sockets';
import { emitPem } from '@atoll/x509/pem';
import type { Algorithms } from './algorithms.ts';
import { algorithms } from './algorithms.ts';
import type { PinataOptions } from './arguments.ts';
import { ARGUMENTS } from './arguments.ts';
import { Authority } from './authority.ts';
import { Bait, CALL_PORT, CLIENT_PORT, SERVER_PORT } from './bait.ts';
import { issueIdentities, validityAt } from './identities.ts';
import { keyScheme } from './key.ts';
import { Ledger } from './ledger.ts';
import { collectLedger } from './metrics.ts';
import { Site } from './page/site.ts';

const pinata: Appliance<typeof ARGUMENTS> = {
  name: 'pinata',
  version: '0.1.0',
  summary: 'A public bait: break its TLS, and take the secret.',
  devices: [{ name: 'service', type: 'network', summary: 'the network with the attackers' }],
  arguments: ARGUMENTS,
  start(system, options) {
    const { clock, entropy, log } = system;
    const known = algorithms(system.fast);
    const validity = validityAt(clock.wall());
    const begun = clock.monotonic();
    const authority = new Authority(known, keyScheme(options.key, known), entropy, validity);
    const identities = issueIdentities(authority, options, validity);
    log.info(`made four ${options.key} keys in ${Math.ceil(clock.monotonic() - begun)} ms`);

    const status = new Status(system, pinata.summary);
    const syslog = new Syslog(system, options);
    const network = startNetwork(system, options, 'service');
    syslog.start(network);
    status.watchNetwork(network);
    status.registry.collect(syslog.collect);
    const { tcp } = network.sockets;
    const tls = new TlsSockets(system);
    const ledger = new Ledger([SERVER_PORT, CALL_PORT, CLIENT_PORT], clock.wall());
    const { verifier } = authority;
    const bait = new Bait({
      clock,
      log: log.for('bait'),
      tcp,
      tls,
      ledger,
      secret: options.secret,
      // Nobody resumes: each time both certificates are shown, and proved.
      server: {
        ...known.tls,
        credentials: () => [identities.server],
        clients: { verifier, required: true },
      },
      client: { ...known.tls, verifier, credentials: identities.client },
    });
    const site = new Site(factsOf(options, known, authority), ledger, clock);
    const http = new HttpServer({
      handler: site.router.handle,
      clock,
      log: log.for('http'),
      wake: () => system.wake(),
      limits: { connections: 256, connectionsOfPeer: 32 },
      versions: [http2()],
    });
    for (const activity of [tls, bait, http, site]) system.run(activity);
    const pageConfig = {
      ...known.tls,
      credentials: () => [identities.page],
      protocols: http.protocols,
      tickets: new TicketKeys(known.aead),
    };
    const secure = tls.serving(pageConfig, (connection) => http.accept(connection, 'https'));
    if (!http.listen(tcp, 80)) throw new Misconfiguration('TCP port 80 is taken');
    if (tcp.listen(443, secure) === undefined) throw new Misconfiguration('TCP port 443 is taken');
    status.registry.collect(collectHttp(http, 'page'));
    status.registry.collect(collectTls(tls, 'pinata'));
    status.registry.collect(collectLedger(ledger));
    serveStatus(system, network, options, status);
  },
};

export default pinata;

function factsOf(options: PinataOptions, { sha256 }: Algorithms, { certificate }: Authority) {
  return {
    version: pinata.version,
    pem: emitPem({ label: 'CERTIFICATE', bytes: certificate }),
    fingerprint: toHex(sha256.digest(certificate)),
    keys: KEY_NAMES[options.key],
    secretLength: options.secret.length,
  };
}

const KEY_NAMES = { p256: 'P-256', ed25519: 'Ed25519', rsa: 'RSA with 2048 bits' } as const;
