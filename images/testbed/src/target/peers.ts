import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { absence } from '../requirements.ts';
import type { Service, Target } from './target.ts';
import { placeOnHost } from './target.ts';

/** dnsmasq: what our appliance replaces, and the judge of its tests. */
export const dnsmasq: Target = {
  name: 'dnsmasq',
  absence: () => absence('dnsmasq'),
  plugIn(lan, service) {
    const host = lan.host('dnsmasq', service.address);
    return placeOnHost(host, [
      'dnsmasq',
      '--keep-in-foreground',
      '--conf-file=/dev/null',
      '--no-resolv',
      '--no-hosts',
      // Probing an address before it is offered takes three seconds.
      '--no-ping',
      '--user=root',
      '--pid-file=',
      '--log-facility=-',
      '--interface=eth0',
      '--bind-interfaces',
      // What follows is how our appliance does it. A lease file would be synced for each lease.
      '--leasefile-ro',
      '--dhcp-authoritative',
      '--cache-size=10000',
      '--address=/localhost/127.0.0.1',
      ...dnsmasqArguments(service),
    ]);
  },
};

function dnsmasqArguments({ upstream, gateway, domain, words = [] }: Service): string[] {
  const own = [];
  if (upstream !== undefined) own.push(`--server=${upstream}`);
  if (gateway !== undefined) own.push(`--dhcp-option=option:router,${gateway}`);
  if (domain !== undefined) own.push(`--domain=${domain}`, `--local=/${domain}/`);
  return [...own, ...words];
}

/** unbound as a forwarder with a cache, one thread: the fast peer. It serves no DHCP. */
export const unbound: Target = {
  name: 'unbound',
  absence: () => absence('unbound'),
  plugIn(lan, service) {
    const host = lan.host('unbound', service.address);
    const file = join(lan.folder, `${host.name}.conf`);
    writeFileSync(file, unboundConfiguration(service));
    return placeOnHost(host, ['unbound', '-d', '-p', '-c', file]);
  },
};

function unboundConfiguration({ upstream }: Service): string {
  const server = [
    'server:',
    'interface: 0.0.0.0',
    'access-control: 0.0.0.0/0 allow',
    'num-threads: 1',
    'do-ip6: no',
    'do-tcp: no',
    'chroot: ""',
    'username: ""',
    'use-syslog: no',
    'module-config: "iterator"',
  ];
  const forward = ['forward-zone:', 'name: "."', `forward-addr: ${upstream}`];
  const control = ['remote-control:', 'control-enable: no'];
  return [...server, ...(upstream === undefined ? [] : forward), ...control, ''].join('\n');
}
