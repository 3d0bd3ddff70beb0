import type { Appliance, System } from '@atoll/appliance/appliance';
import { Misconfiguration } from '@atoll/appliance/appliance';
import type { NetworkDevice } from '@atoll/device/network';
import { randomBelow } from '@atoll/device/system';
import { FastAnswers } from '@atoll/dns/fast';
import type { NetworkHooks } from '@atoll/network/network';
import { startNetwork } from '@atoll/network/network';
import type { DnsvizorOptions } from './arguments.ts';
import { ARGUMENTS } from './arguments.ts';
import { startDhcp } from './dhcp.ts';
import { createZone, startDns } from './dns.ts';

const DEVICE = 'service';

const dnsvizor: Appliance<typeof ARGUMENTS> = {
  name: 'dnsvizor',
  version: '0.1.0',
  summary: 'DNS and DHCP for a local network.',
  devices: [{ name: DEVICE, type: 'network', summary: 'the network that is served' }],
  arguments: ARGUMENTS,
  start(system, options) {
    const device = system.network(DEVICE);
    const answers = device && createAnswers(system, options, device);
    const hooks = device && answers ? serveFirst(device, answers) : {};
    const network = startNetwork(system, options, DEVICE, hooks);
    const zone = createZone(options);
    startDns(system, options, network, zone, answers);
    if (options['dhcp-range'].length === 0) return;
    if (network.interface === undefined) {
      throw new Misconfiguration(
        '--dhcp-range: leases need an Ethernet device\n  expected --net:service=TAP before the --',
      );
    }
    startDhcp(system, options, network.interface.udp, zone);
  },
};

export default dnsvizor;

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
function serveFirst(device: NetworkDevice, answers: FastAnswers): NetworkHooks {
  return {
    onFrame(frame, now) {
      const out = device.transmit();
      if (out === undefined || !answers.serve(frame, out, now)) return false;
      device.send(out);
      return true;
    },
    onAddress: (prefix) => answers.listen(prefix?.address ?? 0),
  };
}

/** A mebibyte of whole replies. */
const MOST_FAST_ANSWERS = 2048;
