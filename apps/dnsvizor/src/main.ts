import type { Appliance, System } from '@atoll/appliance/appliance';
import { EXIT_USAGE } from '@atoll/appliance/launch';
import type { NetworkDevice } from '@atoll/device/network';
import { randomBelow } from '@atoll/device/system';
import type { LeaseRecord } from '@atoll/dhcp/lease';
import { diskConfiguration } from '@atoll/disk/configuration';
import { FastAnswers } from '@atoll/dns/fast';
import type { Network, NetworkHooks } from '@atoll/network/network';
import { startNetwork } from '@atoll/network/network';
import { Status, serveStatus } from '@atoll/status/status';
import { Syslog } from '@atoll/syslog/service';
import type { DnsvizorOptions } from './arguments.ts';
import { ARGUMENTS } from './arguments.ts';
import { createDhcp, startDhcp } from './dhcp.ts';
import { createZone, startDns } from './dns.ts';
import { LeaseStore } from './leases.ts';
import { showDhcp, showDns } from './status.ts';

const DEVICE = 'service';
const STORAGE = 'storage';

const dnsvizor: Appliance<typeof ARGUMENTS> = {
  name: 'dnsvizor',
  version: '0.1.0',
  summary: 'DNS and DHCP for a local network.',
  devices: [
    { name: DEVICE, type: 'network', summary: 'the network that is served' },
    {
      name: STORAGE,
      type: 'block',
      summary: 'a disk for leases, and for boot arguments',
      isOptional: true,
    },
  ],
  configuration: diskConfiguration(STORAGE),
  arguments: ARGUMENTS,
  start(system, options) {
    const status = new Status(system, dnsvizor.summary);
    const syslog = new Syslog(system, options);
    const device = system.network(DEVICE);
    const answers = device && createAnswers(system, options, device);
    const hooks = answers ? serveFirst(answers) : {};
    const network = startNetwork(system, options, DEVICE, hooks);
    syslog.start(network);
    observe(system, network, status, syslog);
    const zone = createZone(options);
    const dhcp = options['dhcp-range'].length === 0 ? undefined : createDhcp(options, network);
    const serve = (leases: LeaseStore | undefined, records: readonly LeaseRecord[]) => {
      const { clock } = system;
      if (dhcp !== undefined) {
        startDhcp(system, options, dhcp, zone, leases, records);
        showDhcp(status, dhcp.server, dhcp.counters, clock);
      }
      showDns(status, startDns(system, options, network, zone, answers), answers, clock);
    };
    serveStatus(system, network, options, status);
    const leases = dhcp && openLeases(system);
    if (leases === undefined) {
      serve(undefined, []);
      return;
    }
    // Nothing is served before the leases of an earlier time are known: their names would not exist, which
    // clients remember, and their addresses could be given to others.
    void leases.load().then((records) => {
      if (records === undefined) return;
      serve(leases, records);
      system.wake();
    });
  },
};

export default dnsvizor;

/** What every appliance shows of itself. */
function observe(system: System, network: Network, status: Status, syslog: Syslog): void {
  status.watchNetwork(network);
  const disk = system.block(STORAGE);
  if (disk !== undefined) status.watchDisk(disk);
  status.registry.collect(syslog.collect);
}

/** The leases on the disk, if there is one; a disk that cannot be used ends the program. */
function openLeases(system: System): LeaseStore | undefined {
  const device = system.block(STORAGE);
  if (device === undefined) return undefined;
  const leases = new LeaseStore(system, device, dnsvizor.name);
  void leases.opened.then((opened) => {
    const log = system.log.for('storage');
    if (opened.ok) {
      for (const damage of opened.value.damage) log.warning(damage);
    } else {
      system.console.write(`${dnsvizor.name}: ${STORAGE}: ${opened.error.reason}\n`);
      system.stop(EXIT_USAGE);
    }
  });
  return leases;
}

function createAnswers(
  { entropy, fast }: System,
  options: DnsvizorOptions,
  { mac }: NetworkDevice,
): FastAnswers {
  return new FastAnswers(fast, {
    capacity: Math.min(options['dns-cache'], MOST_FAST_ANSWERS),
    mac,
    salt: randomBelow(entropy, 2 ** 32),
  });
}

/** Lets `answers` see frames before the stack does. */
function serveFirst(answers: FastAnswers): NetworkHooks {
  return {
    responder: answers.responder,
    onAddress: (prefix) => answers.listen(prefix?.address ?? 0),
  };
}

/** A mebibyte of whole replies, taken as they come. */
const MOST_FAST_ANSWERS = 2048;
