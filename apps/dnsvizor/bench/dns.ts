/**
 * Cached answers per second: our appliance beside dnsmasq and unbound. Every server is asked by
 * dnsperf from a client in a namespace of its own, over a bridge; peers are behind a veth, our own
 * behind a TAP device. Rounds take turns, and the median counts.
 */
import { Bed, NETWORK } from '@atoll/testbed/bed';
import type { DnsperfReport } from '@atoll/testbed/client/dnsperf';
import { parseDnsperf, startDnsperf } from '@atoll/testbed/client/dnsperf';
import type { Row } from '@atoll/testbed/contest';
import {
  CLIENT_CORE,
  demand,
  median,
  ON_SERVER_CORE,
  PINNING,
  printRatio,
  printTable,
} from '@atoll/testbed/contest';
import { dnsmasq, unbound } from '@atoll/testbed/target/peers';
import { node, present, unix } from './contest.ts';
import { manyNames } from './zone.ts';

const ROUNDS = 3;
const SECONDS = 4;
const NAMES = 1000;

interface Round {
  readonly report: DnsperfReport;
  /** The share of one processor that the server used. */
  readonly load: number;
}

interface Contestant {
  readonly name: string;
  readonly bed: Bed;
  readonly rounds: Round[];
}

demand(['dnsperf']);
const { zone, questions } = manyNames(NAMES);
console.log(`${NAMES} names, ${ROUNDS} rounds of ${SECONDS} s each; ${PINNING}`);

const contestants: Contestant[] = [];
for (const target of present(unix, node, dnsmasq, unbound)) {
  const bed = new Bed(target, {}, zone);
  await bed.start({ through: ON_SERVER_CORE });
  contestants.push({ name: target.name, bed, rounds: [] });
  await ask(bed, 1);
}
for (let round = 0; round < ROUNDS; round++) {
  for (const { bed, rounds } of contestants) rounds.push(await measure(bed));
}
printTable(contestants.map(summary));
for (const { bed } of contestants) await bed.stop();

for (const ours of contestants.filter(({ name }) => name === unix.name || name === node.name)) {
  for (const peer of contestants.filter(({ name }) => name !== unix.name && name !== node.name)) {
    printRatio(`dns-${ours.name}`, peer.name, rate(ours), rate(peer));
    printRatio(`dns-per-processor-${ours.name}`, peer.name, thrift(ours), thrift(peer));
  }
}

async function ask(bed: Bed, seconds: number): Promise<DnsperfReport> {
  const plan = { questions, seconds, ...(CLIENT_CORE !== undefined && { core: CLIENT_CORE }) };
  const { stdout } = await startDnsperf(bed.lan, bed.client, NETWORK.server, plan).ended;
  return parseDnsperf(stdout);
}

async function measure(bed: Bed): Promise<Round> {
  const before = bed.server.processorTime();
  const report = await ask(bed, SECONDS);
  return { report, load: (bed.server.processorTime() - before) / SECONDS };
}

function rate({ rounds }: Contestant): number {
  return median(rounds.map(({ report }) => report.queriesPerSecond));
}

/** Answers per second of processor time. */
function thrift({ rounds }: Contestant): number {
  return median(rounds.map(({ report, load }) => report.queriesPerSecond / load));
}

function summary(contestant: Contestant): Row {
  const { name, bed, rounds } = contestant;
  const reports = rounds.map(({ report }) => report);
  const load = median(rounds.map((round) => round.load));
  const good = Math.min(...reports.map(({ codes, completed }) => ratioOf(codes, completed)));
  return {
    server: name,
    'answers/s': Math.round(rate(contestant)),
    'latency ms': median(reports.map(({ averageMs }) => averageMs)).toFixed(3),
    lost: reports.reduce((sum, { lost }) => sum + lost, 0),
    'NOERROR %': (good * 100).toFixed(1),
    'processor %': Math.round(load * 100),
    'us/answer': (1e6 / thrift(contestant)).toFixed(1),
    'memory MiB': (bed.server.memory() / 1024).toFixed(1),
  };
}

function ratioOf(codes: ReadonlyMap<string, number>, completed: number): number {
  return (codes.get('NOERROR') ?? 0) / completed;
}
