import type { System } from '@atoll/appliance/appliance';
import type { Options } from '@atoll/conf/table';
import { repeated } from '@atoll/conf/table';
import { value } from '@atoll/conf/value';
import { Resolver } from '@atoll/dns/client';
import { parseUpstream } from '@atoll/dns/config';
import type { Network } from './network.ts';

/** The boot arguments of appliances that look names up. */
export function resolverArguments() {
  return {
    'dns-server': repeated(value('ADDRESS[:PORT]', 'a DNS server', parseUpstream), {
      summary: 'Who looks names up for us, in the place of those that the network names.',
      example: '192.0.2.53',
    }),
  };
}

export type ResolverOptions = Options<ReturnType<typeof resolverArguments>>;

/** A stub resolver that asks the name servers of `options`, or else those that `network` knows at the time. */
export function createResolver(
  system: System,
  network: Network,
  { 'dns-server': given }: ResolverOptions,
): Resolver {
  const { clock, entropy } = system;
  const { sockets, stack } = network;
  const resolver = new Resolver({
    sockets,
    clock,
    entropy,
    wake: () => system.wake(),
    ...(stack && { order: (addresses) => stack.orderDestinations(addresses) }),
  });
  const configure = () => {
    const { servers, searchDomains } = network.dns;
    const learnt = servers.map((address) => ({ address, port: DNS_PORT }));
    resolver.configure(given.length > 0 ? given : learnt, searchDomains);
  };
  configure();
  network.onDnsChange(configure);
  system.run(resolver);
  return resolver;
}

const DNS_PORT = 53;
