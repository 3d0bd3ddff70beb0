import { ACME_ARGUMENTS, acmeSettings } from '@atoll/acme/arguments';
import type { AcmeSettings } from '@atoll/acme/config';
import type { Appliance, System } from '@atoll/appliance/appliance';
import { Misconfiguration } from '@atoll/appliance/appliance';
import { fastSipHash } from '@atoll/bytes/fast';
import { encodeUtf8 } from '@atoll/bytes/utf8';
import { Certificates } from '@atoll/certificates/certificates';
import type { Options } from '@atoll/conf/table';
import { optional } from '@atoll/conf/table';
import { text } from '@atoll/conf/value';
import type { Sockets } from '@atoll/device/socket';
import { HttpClient } from '@atoll/http/client';
import { connector } from '@atoll/http/connect';
import { Router } from '@atoll/http/router';
import { HttpServer } from '@atoll/http/server';
import { Store } from '@atoll/journal/store';
import { networkArguments } from '@atoll/network/arguments';
import { startNetwork } from '@atoll/network/network';
import { createResolver, resolverArguments } from '@atoll/network/resolver';
import { x509Verifier } from '@atoll/tls/x509';
import { TlsSockets } from '@atoll/tls-socket/sockets';
import { privateProfile } from '@atoll/x509/profile';
import { algorithms } from './algorithms.ts';
import { testZone } from './zone.ts';

const ARGUMENTS = {
  ...networkArguments('dhcp'),
  ...resolverArguments(),
  ...ACME_ARGUMENTS,
  zone: optional(text('URL', 'a URL'), {
    summary: 'Where TXT records are changed.',
    example: 'http://10.0.0.3:8055',
  }),
};

/** A page by HTTP and HTTPS, with a certificate that it gets by itself. */
const certified: Appliance<typeof ARGUMENTS> = {
  name: 'certified',
  version: '0.1.0',
  summary: 'Serves a page with a certificate that it gets by itself.',
  devices: [
    { name: 'service', type: 'network', summary: 'the network that is served' },
    { name: 'storage', type: 'block', summary: 'account, keys and certificate' },
  ],
  arguments: ARGUMENTS,
  start(system, options) {
    const settings = acmeSettings(options);
    if (!settings.ok) throw new Misconfiguration(settings.error.reason);
    if (settings.value === undefined) throw new Misconfiguration('there is no --acme');
    const network = startNetwork(system, options, 'service');
    const resolver = createResolver(system, network, options);
    const tls = new TlsSockets(system);
    system.run(tls);
    serve(system, network.sockets, tls, settings.value, options, (host) =>
      resolver.addresses(host),
    );
  },
};

export default certified;

async function serve(
  system: System,
  { tcp }: Sockets,
  tls: TlsSockets,
  settings: AcmeSettings,
  options: Options<typeof ARGUMENTS>,
  addresses: Parameters<typeof connector>[0]['addresses'],
): Promise<void> {
  const { clock, entropy, log } = system;
  const wake = () => system.wake();
  const { suites, groups, signatures, acme } = algorithms(system.fast);
  const verifier = x509Verifier({
    profile: privateProfile,
    roots: options['acme-root'],
    signatures,
  });
  const client = new HttpClient({
    ...{ clock, wake },
    connect: connector({
      ...{ tcp, addresses },
      secure: (serverName, open) => tls.opening({ suites, groups, verifier }, { serverName }, open),
    }),
  });
  system.run(client);

  const store = openStore(system);
  const { zone } = options;
  const certificates = new Certificates({
    ...{ config: { ...settings, algorithms: acme }, client, store, clock, entropy, wake },
    ...(zone !== undefined && { solver: testZone(client, zone) }),
    log: log.for('acme'),
  });
  const router = new Router().on('GET', '/', ({ scheme }) => ({
    status: 200,
    body: encodeUtf8(`by ${scheme}\n`),
  }));
  certificates.route(router);
  const server = new HttpServer({ handler: router.handle, clock, log: log.for('http'), wake });
  system.run(server);
  server.listen(tcp, 80);
  const config = certificates.serverConfig({ suites, groups });
  const accept = certificates.accept((socket) => server.accept(socket, 'https'));
  tcp.listen(443, tls.serving(config, accept));

  const disk = await store.opened;
  const opened = disk.ok ? await certificates.open() : disk;
  if (opened.ok) system.run(certificates);
  else {
    log.error(opened.error.reason);
    system.stop(64);
  }
}

function openStore(system: System): Store {
  const device = system.block('storage');
  if (device === undefined) throw new Misconfiguration('there is no disk');
  const store = new Store(device, {
    owner: 'certified',
    hash: fastSipHash(system.fast),
    allocate: (size) => system.fast.allocate(size),
    entropy: system.entropy,
    wake: () => system.wake(),
  });
  system.run(store);
  return store;
}
