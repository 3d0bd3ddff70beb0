/**
 * TCP of our image beside that of Linux and passt, in the same run: bulk data both ways by iperf3, a
 * byte there and back, connections per second, and what one costs that does nothing. Rounds take
 * turns, and the median counts.
 */
import { iperf3 } from '@atoll/testbed/client/iperf3';
import { TcpLoad } from '@atoll/testbed/client/tcp-load';
import type { Row } from '@atoll/testbed/contest';
import {
  CLIENT_CORE,
  demand,
  median,
  ON_CLIENT_CORE,
  PINNING,
  printRatio,
  printTable,
} from '@atoll/testbed/contest';
import { compile } from '@atoll/testbed/native/compile';
import { absence } from '@atoll/testbed/requirements';
import { unix } from '../test/e2e/bed.ts';
import type { Contestant } from './contestants.ts';
import { image, linux, linuxVeth, passt } from './contestants.ts';

const ROUNDS = 3;
const BULK_SECONDS = 2;
const BULK_SECONDS_OF_MANY = 1;
const STREAMS = 4;
const SECONDS = 0.7;
const AT_ONCE = 16;
const IDLE = 1000;

/** Higher is better, but for the time, which is seconds of processors per GiB. */
interface Round {
  readonly in: number;
  readonly out: number;
  readonly inOfMany: number;
  readonly outOfMany: number;
  readonly timeIn: number;
  readonly timeOut: number;
  readonly pingPong: number;
  readonly connects: number;
  readonly connectsAtOnce: number;
}

interface Entry extends Contestant {
  readonly load: TcpLoad;
  readonly rounds: Round[];
  /** Bytes for each connection. */
  idle: number;
}

demand(['iperf3', 'cc'], [unix]);
console.log(`${ROUNDS} rounds; Mbit/s, ${STREAMS} streams with x${STREAMS}; ${PINNING}`);

const ours = await enter(image());
const peer = await enter(linux());
const peers = [peer];
const missing = absence('pasta');
if (missing === undefined) peers.push(await enter(passt()));
else console.log(`passt is left out: ${missing}`);
const bound = await enter(linuxVeth());

for (const entry of [ours, peer]) entry.idle = await idle(entry);
for (let round = 0; round < ROUNDS; round++) {
  for (const entry of [ours, ...peers]) entry.rounds.push(await measure(entry));
}
bound.rounds.push(await measure(bound));

printTable([ours, ...peers, bound].map(summary));
for (const { lan, client } of [ours, ...peers, bound]) {
  client.remove();
  lan.remove();
}
for (const { name, rounds } of peers) {
  const ratio = (what: string, figure: keyof Round) =>
    printRatio(what, name, middle(ours.rounds, figure), middle(rounds, figure));
  ratio('tcp-bulk-in', 'in');
  ratio('tcp-bulk-out', 'out');
  ratio('tcp-rr', 'pingPong');
  ratio('tcp-connects', 'connectsAtOnce');
}
process.exit();

async function enter(started: Promise<Contestant>): Promise<Entry> {
  const contestant = await started;
  const { client, address, lan } = contestant;
  const program = [...ON_CLIENT_CORE, compile('tcp-load', lan.folder)];
  return {
    ...contestant,
    load: new TcpLoad(client, program, address),
    rounds: [],
    idle: Number.NaN,
  };
}

async function measure(entry: Entry): Promise<Round> {
  const inward = await bulk(entry, { seconds: BULK_SECONDS });
  const outward = await bulk(entry, { seconds: BULK_SECONDS, reverse: true });
  const many = { seconds: BULK_SECONDS_OF_MANY, streams: STREAMS };
  return {
    in: inward.rate,
    out: outward.rate,
    timeIn: inward.time,
    timeOut: outward.time,
    inOfMany: (await bulk(entry, many)).rate,
    outOfMany: (await bulk(entry, { ...many, reverse: true })).rate,
    pingPong: await entry.load.pingPong(SECONDS),
    connects: await entry.load.connects(SECONDS, 1),
    connectsAtOnce: await entry.load.connects(SECONDS, AT_ONCE),
  };
}

async function bulk(
  { name, client, address, processorTime = () => Number.NaN }: Entry,
  options: NonNullable<Parameters<typeof iperf3>[2]>,
): Promise<{ rate: number; time: number }> {
  const words = CLIENT_CORE === undefined ? [] : ['--affinity', String(CLIENT_CORE)];
  const before = processorTime();
  const { bytes, bitsPerSecond } = await iperf3(client, address, { ...options, words }).catch(
    (cause) => {
      throw new Error(`no figure of ${name}`, { cause });
    },
  );
  const time = (processorTime() - before) / (bytes / 2 ** 30);
  return { rate: bitsPerSecond / 1e6, time };
}

/** What a connection that does nothing adds to the memory, in bytes. */
async function idle({ load, memory = () => Number.NaN }: Entry): Promise<number> {
  const before = memory();
  const program = await load.idle(IDLE);
  const after = memory();
  await program.stop();
  return ((after - before) * 1024) / IDLE;
}

function middle(rounds: readonly Round[], figure: keyof Round): number {
  return median(rounds.map((round) => round[figure]));
}

function summary({ name, rounds, idle }: Entry): Row {
  const figure = (key: keyof Round, digits = 0) => known(middle(rounds, key), digits);
  return {
    server: name,
    in: figure('in'),
    out: figure('out'),
    [`in x${STREAMS}`]: figure('inOfMany'),
    [`out x${STREAMS}`]: figure('outOfMany'),
    's/GiB in': figure('timeIn', 2),
    's/GiB out': figure('timeOut', 2),
    'round trips/s': figure('pingPong'),
    'connects/s': figure('connects'),
    [`connects/s x${AT_ONCE}`]: figure('connectsAtOnce'),
    'bytes/idle': known(idle, 0),
  };
}

function known(number: number, digits: number): string {
  return Number.isNaN(number) ? '-' : number.toFixed(digits);
}
