import files from 'static:../../../../test/web/pages';
import type { Appliance } from '@atoll/appliance/appliance';
import { fastHeads } from '@atoll/http/fast';
import { http2 } from '@atoll/http/http2';
import type { Request } from '@atoll/http/message';
import { Router } from '@atoll/http/router';
import { HttpServer } from '@atoll/http/server';
import { type StaticFile, staticFiles } from '@atoll/http/static';
import { startNetwork } from '@atoll/network/network';
import { expect } from '@atoll/result/result';
import { TicketKeys } from '@atoll/tls/server/ticket';
import { x509Signers } from '@atoll/tls/x509';
import { TlsSockets } from '@atoll/tls-socket/sockets';
import { parsePrivateKey } from '@atoll/x509/private-key';
import { algorithms } from '../../../../test/tls/appliance/src/algorithms.ts';
import { ARGUMENTS } from '../../../../test/tls/appliance/src/arguments.ts';

/** Serves a page and a file of 1 MiB, with TLS and without: to measure with. */
const webLoad: Appliance<typeof ARGUMENTS> = {
  name: 'web-load',
  version: '0.1.0',
  summary: 'Serves a page and a large file over HTTP, with TLS and without.',
  devices: [{ name: 'service', type: 'network', summary: 'the network that is served' }],
  arguments: ARGUMENTS,
  start(system, options) {
    const { sockets } = startNetwork(system, options, 'service');
    const { clock, log } = system;
    const site = staticFiles([...files, LARGE]);
    const serve = (name: string) => {
      const file = site.get(name) as StaticFile;
      return (request: Request) => file.respond(request, clock.wall());
    };
    const router = new Router().on('GET', '/', serve('')).on('GET', '/large', serve('large'));
    const server = new HttpServer({
      ...{ handler: router.handle, clock, log: log.for('http'), heads: fastHeads(system.fast) },
      wake: () => system.wake(),
      versions: [http2()],
      // h2load makes no new connection when one has had its share.
      limits: { requests: 1e9 },
    });
    system.run(server);
    server.listen(sockets.tcp, 80);

    const known = algorithms(system.fast);
    const tls = new TlsSockets(system);
    system.run(tls);
    const [chain, [key]] = [options.certificate, options.key];
    const signers = x509Signers(expect(parsePrivateKey(key)), known.signatures);
    const config = {
      suites: known.suites.slice(0, 1),
      groups: known.groups,
      credentials: () => [{ chain, signers }],
      tickets: new TicketKeys(known.ticketCipher),
      protocols: server.protocols,
    };
    sockets.tcp.listen(
      443,
      tls.serving(config, (connection) => server.accept(connection, 'https')),
    );
    // Whoever wants to know whether we are there asks here.
    const probe = sockets.udp.bind(7, (payload, from, to) => {
      probe?.send(payload, from, to.address);
    });
  },
};

export default webLoad;

const LARGE = {
  path: 'large',
  type: 'application/octet-stream',
  digest: 'large',
  content: new Uint8Array(2 ** 20).fill(0x2e),
};
