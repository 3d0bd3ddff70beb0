/**
 * Relayed four-message exchanges per second, from the octets of a DISCOVER to those of an ACK, with every
 * client a new one: `node --experimental-strip-types core/net/dhcp/bench/exchange.ts`, or with
 * `--jitless` for what an interpreter makes of it.
 */
import { expect as unwrap } from '@atoll/result/result';
import { dhcpServerConfig } from '../src/config.ts';
import { OPTION } from '../src/option.ts';
import { emitMessage, parseMessage } from '../src/packet.ts';
import { DhcpServer } from '../src/server/engine.ts';
import { asks, ip, message, requested, SERVER, serverId, settings, T } from '../test/support.ts';

const CLIENTS = 50_000;

const giaddr = ip('10.0.0.1');
const text = { ranges: ['10.0.1.0,10.0.255.255,255.255.0.0'], domain: 'lan', maxLeases: CLIENTS };
const server = new DhcpServer(unwrap(dhcpServerConfig(settings(text))));
const asked = asks(OPTION.NETMASK, OPTION.BROADCAST, OPTION.ROUTER, OPTION.DNS_SERVER);

const messages = Array.from({ length: CLIENTS }, (_, client) => {
  const discover = message(T.DISCOVER, client, { giaddr, hops: 1, options: [asked] });
  return { client, discover: emitMessage(discover) };
});

const started = process.hrtime.bigint();
for (const { client, discover } of messages) {
  const now = client;
  const offered = server.handle(unwrap(parseMessage(discover)), SERVER, now).send[0].payload;
  const address = unwrap(parseMessage(offered)).yiaddr;
  const options = [requested(address), serverId(), asked];
  const request = emitMessage(message(T.REQUEST, client, { giaddr, hops: 1, options }));
  if (server.handle(unwrap(parseMessage(request)), SERVER, now).events.length !== 1) {
    throw new Error('no lease');
  }
}
const seconds = Number(process.hrtime.bigint() - started) / 1e9;
process.stdout.write(`${Math.round(CLIENTS / seconds)} exchanges a second\n`);
