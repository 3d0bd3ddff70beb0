/**
 * Leases per second beside dnsmasq. perfdhcp begins exchanges of four messages at a steady rate,
 * which grows until the server does not complete almost all of them. Peers are behind a veth, our
 * own behind a TAP device, both on a bridge.
 */
import { Bed, NETWORK } from '@atoll/testbed/bed';
import type { PerfdhcpReport } from '@atoll/testbed/client/perfdhcp';
import { perfdhcp } from '@atoll/testbed/client/perfdhcp';
import type { Row } from '@atoll/testbed/contest';
import { demand, ON_SERVER_CORE, PINNING, printRatio, printTable } from '@atoll/testbed/contest';
import type { Target } from '@atoll/testbed/target';
import { dnsmasq } from '@atoll/testbed/target/peers';
import { node, present, unix } from './contest.ts';
import { manyNames } from './zone.ts';

const FIRST_RATE = 200;
const LAST_RATE = 20_000;
const GROWTH = 1.5;
const SECONDS = 1.5;
/** What has to be completed for a rate to count: what is lost to chance is not held against anybody. */
const ENOUGH = 0.99;
/** As many clients as both servers have leases for; after that they come again. */
const CLIENTS = 900;

interface Best {
  readonly rate: number;
  readonly row: Row;
}

demand(['perfdhcp']);
console.log(`${CLIENTS} clients through a relay, ${SECONDS} s for each rate; ${PINNING}`);
const best = new Map<Target, Best>();
for (const target of present(unix, node, dnsmasq)) best.set(target, await climb(target));
printTable([...best.values()].map(({ row }) => row));
for (const ours of [unix, node]) {
  const [mine, theirs] = [best.get(ours), best.get(dnsmasq)];
  if (mine && theirs) printRatio(`dhcp-${ours.name}`, dnsmasq.name, mine.rate, theirs.rate);
}

async function climb(target: Target): Promise<Best> {
  const words = ['--dhcp-range=10.0.16.0,10.0.31.255,255.255.0.0,1h'];
  const bed = new Bed(target, { words }, manyNames(1).zone, 16);
  await bed.start({ through: ON_SERVER_CORE });
  let result: Best = { rate: 0, row: { server: target.name } };
  for (let rate = FIRST_RATE; rate <= LAST_RATE; rate = Math.round(rate * GROWTH)) {
    const plan = { clients: CLIENTS, exchanges: Math.round(rate * SECONDS), rate };
    const before = bed.server.processorTime();
    const report = await perfdhcp(bed.lan, bed.client, NETWORK.server, plan);
    const load = (bed.server.processorTime() - before) / SECONDS;
    const completed = report.request.received;
    if (completed < plan.exchanges * ENOUGH) break;
    result = { rate: report.rate, row: summary(bed, report, load) };
  }
  await bed.stop();
  return result;
}

function summary({ server }: Bed, report: PerfdhcpReport, load: number): Row {
  return {
    server: server.target.name,
    'leases/s': Math.round(report.rate),
    'offer ms': report.discover.averageMs.toFixed(2),
    'ack ms': report.request.averageMs.toFixed(2),
    'processor %': Math.round(load * 100),
    'memory MiB': (server.memory() / 1024).toFixed(1),
  };
}
