import type { Appliance } from '@atoll/appliance/appliance';
import { networkArguments } from '@atoll/network/arguments';
import { startNetwork } from '@atoll/network/network';
import { createResolver, resolverArguments } from '@atoll/network/resolver';
import { statusArguments } from '@atoll/status/arguments';
import { Status, serveStatus } from '@atoll/status/status';
import { syslogArguments, syslogTlsArguments } from '@atoll/syslog/arguments';
import { Syslog } from '@atoll/syslog/service';
import { startChargen } from './chargen.ts';
import { startDiscard } from './discard.ts';
import { startEcho } from './echo.ts';
import { startIperf3 } from './iperf3/server.ts';
import { TRANSPORTS } from './transports.ts';

const ARGUMENTS = {
  ...networkArguments('dhcp'),
  ...resolverArguments(),
  ...statusArguments('none'),
  ...syslogArguments(TRANSPORTS),
  ...syslogTlsArguments(),
};

const echo: Appliance<typeof ARGUMENTS> = {
  name: 'echo',
  version: '0.1.0',
  summary: 'Echo, discard, character generator, and an iperf3 server, to try a network with.',
  devices: [{ name: 'service', type: 'network', summary: 'the network that is served' }],
  arguments: ARGUMENTS,
  start(system, options) {
    const status = new Status(system, echo.summary);
    const syslog = new Syslog(system, options);
    const network = startNetwork(system, options, 'service');
    const { sockets } = network;
    syslog.start(network, createResolver(system, network, options));
    status.watchNetwork(network);
    status.registry.collect(syslog.collect);
    startEcho(sockets);
    startDiscard(sockets);
    startChargen(sockets);
    startIperf3(system, sockets.tcp);
    serveStatus(system, network, options, status);
  },
};

export default echo;
