import type { Appliance, System } from '@atoll/appliance/appliance';
import { Misconfiguration } from '@atoll/appliance/appliance';
import { fastChecksum } from '@atoll/bytes/fast';
import type { NetworkDevice } from '@atoll/device/network';
import { randomBelow } from '@atoll/device/system';
import { FastAnswers } from '@atoll/dns/fast';
import { macText } from '@atoll/ethernet/address';
import { contains, ipv4Text, prefixText } from '@atoll/ipv4/address';
import { Stack } from '@atoll/stack/stack';
import type { DnsvizorOptions } from './arguments.ts';
import { ARGUMENTS } from './arguments.ts';
import { startDhcp } from './dhcp.ts';
import { createZone, startDns } from './dns.ts';

const dnsvizor: Appliance<typeof ARGUMENTS> = {
  name: 'dnsvizor',
  version: '0.1.0',
  summary: 'DNS and DHCP for a local network.',
  devices: [{ name: 'service', type: 'network', summary: 'the network that is served' }],
  arguments: ARGUMENTS,
  start(system, options) {
    const device = system.network('service');
    if (device !== undefined) startOnEthernet(system, options, device);
    else startOnSockets(system, options);
  },
};

export default dnsvizor;

function startOnEthernet(system: System, options: DnsvizorOptions, device: NetworkDevice): void {
  const { entropy, fast, log } = system;
  const { ipv4, 'ipv4-gateway': gateway } = options;
  if (gateway !== undefined && !contains(ipv4, gateway)) {
    const networks = `${ipv4Text(gateway)} is not in ${prefixText(ipv4)}`;
    throw new Misconfiguration(`--ipv4-gateway: ${networks}\n  expected a router of our network`);
  }
  const answers = new FastAnswers(fast, {
    capacity: Math.min(options['dns-cache'], MOST_FAST_ANSWERS),
    mac: device.mac,
    address: ipv4.address,
    salt: randomBelow(entropy, 2 ** 32),
  });
  const stack = new Stack({ entropy, log, checksum: fastChecksum(fast) });
  stack.attach({
    device,
    ipv4,
    gateway,
    onFrame(frame, now) {
      const out = device.transmit();
      if (out === undefined || !answers.serve(frame, out, now)) return false;
      device.send(out);
      return true;
    },
  });
  // The stack goes first: what it hands to the servers moves their deadlines.
  system.run(stack);
  const zone = createZone(options);
  startDns(system, options, stack.udp, zone, answers);
  if (options['dhcp-range'].length > 0) startDhcp(system, options, stack.udp, zone);
  log.info(`ready: ${prefixText(ipv4)} on ${device.name}, ${macText(device.mac)}`);
}

function startOnSockets(system: System, options: DnsvizorOptions): void {
  const { sockets, log } = system;
  if (sockets === undefined) throw new Misconfiguration('there is no network');
  if (options['dhcp-range'].length > 0) {
    throw new Misconfiguration(
      '--dhcp-range: leases need an Ethernet device\n  expected --net:service=TAP before the --',
    );
  }
  startDns(system, options, sockets, createZone(options), undefined);
  log.info("ready: DNS on the host's sockets");
}

/** A mebibyte of whole replies. */
const MOST_FAST_ANSWERS = 2048;
