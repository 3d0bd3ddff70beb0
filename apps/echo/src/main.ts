import type { Appliance } from '@atoll/appliance/appliance';
import { networkArguments } from '@atoll/network/arguments';
import { startNetwork } from '@atoll/network/network';
import { startChargen } from './chargen.ts';
import { startDiscard } from './discard.ts';
import { startEcho } from './echo.ts';
import { startIperf3 } from './iperf3/server.ts';

const ARGUMENTS = networkArguments('dhcp');

const echo: Appliance<typeof ARGUMENTS> = {
  name: 'echo',
  version: '0.1.0',
  summary: 'Echo, discard, character generator, and an iperf3 server, to try a network with.',
  devices: [{ name: 'service', type: 'network', summary: 'the network that is served' }],
  arguments: ARGUMENTS,
  start(system, options) {
    const { sockets } = startNetwork(system, options, 'service');
    startEcho(sockets);
    startDiscard(sockets);
    startChargen(sockets);
    startIperf3(system, sockets.tcp);
  },
};

export default echo;
