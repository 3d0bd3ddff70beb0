/**
 * A small page and a file of 1 MiB from our image for unix beside nginx, in the same run and asked by the same wrk, with
 * TLS 1.3 and without, and by the same h2load over HTTP/2: requests a second, and a second of the server's processor, and what each has resident. Rounds take
 * turns, and the median counts. With `--profile` Linux's `perf` says where the image spends its time.
 */
import { readFileSync } from 'node:fs';
import type { Row } from '../src/contest.ts';
import { demand, median, ON_CLIENT_CORE, PINNING, printRatio, printTable } from '../src/contest.ts';
import { Lan } from '../src/lan.ts';
import { Authority } from '../test/tls/authority.ts';
import type { Contestant } from './http/contestants.ts';
import { image, LARGE, nginx } from './http/contestants.ts';
import { profile } from './http/profile.ts';

const ROUNDS = 3;
const SECONDS = 2;

interface Task {
  readonly name: string;
  readonly scheme: 'http' | 'https';
  readonly path: string;
  /** Connections at once. */
  readonly connections: number;
  /** Requests at once on each of them, over HTTP/2. */
  readonly streams?: number;
  /** Octets of what is asked for, where that is what counts. */
  readonly size?: number;
}

const TASKS: readonly Task[] = [
  { name: 'small-plain', scheme: 'http', path: '/', connections: 32 },
  { name: 'small-tls', scheme: 'https', path: '/', connections: 32 },
  { name: 'small-http2', scheme: 'https', path: '/', connections: 4, streams: 8 },
  { name: 'large-plain', scheme: 'http', path: '/large', connections: 4, size: LARGE },
  { name: 'large-tls', scheme: 'https', path: '/large', connections: 4, size: LARGE },
  { name: 'large-http2', scheme: 'https', path: '/large', connections: 4, streams: 1, size: LARGE },
];

interface Figure {
  /** Requests a second. */
  readonly rate: number;
  /** Requests a second of the server's processor. */
  readonly efficiency: number;
}

interface Entry {
  readonly contestant: Contestant;
  readonly figures: Map<Task, Figure[]>;
}

demand(['h2load', 'nginx', 'openssl', 'wrk', 'cc']);
console.log(`${ROUNDS} rounds of ${SECONDS} s; a P-256 certificate, AES-128-GCM; ${PINNING}`);

const authority = new Authority();
const lan = new Lan();
try {
  const client = lan.host('client', '10.0.0.9/24');
  const issued = authority.issue('server', 'server.example', 'P-256');
  const ours = enter(await image(lan, client, issued));
  const peer = enter(await nginx(lan, '10.0.0.3', issued));
  const entries = [ours, peer];

  const load = async ({ contestant: { address } }: Entry, task: Task) => {
    const url = `${task.scheme}://${address}${task.path}`;
    const report = await client.succeed([...ON_CLIENT_CORE, ...clientOf(task), url]);
    const wrong = /Non-2xx.*|Socket errors.*|[1-9]\d* (failed|errored|timeout)/.exec(report);
    const count = /(\d+) (?:requests in|succeeded)/.exec(report)?.[1];
    if (wrong !== null || count === undefined) throw new Error(`${url}: ${report}`);
    return Number(count);
  };
  const measure = async (entry: Entry, task: Task) => {
    const { contestant, figures } = entry;
    const [before, began] = [contestant.processorTime(), performance.now()];
    const count = await load(entry, task);
    const seconds = (performance.now() - began) / 1000;
    const figure = {
      rate: count / seconds,
      efficiency: count / (contestant.processorTime() - before),
    };
    figures.set(task, [...(figures.get(task) ?? []), figure]);
  };
  for (let round = 0; round < ROUNDS; round++) {
    for (const task of TASKS) for (const entry of entries) await measure(entry, task);
  }
  printTable(entries.map(summary));
  if (process.argv.includes('--profile')) {
    for (const task of TASKS) {
      console.log(`\n${task.name}\n${await profile(ours.contestant.pid, load(ours, task))}`);
    }
  }
  for (const task of TASKS) {
    const ratio = (suffix: string, figure: keyof Figure) =>
      printRatio(
        `http-${task.name}${suffix}`,
        'nginx',
        middle(ours, task, figure),
        middle(peer, task, figure),
      );
    ratio('', 'rate');
    ratio('-by-processor', 'efficiency');
  }
  for (const { contestant } of entries) await contestant.stop();
} finally {
  lan.remove();
  authority.close();
}

/** Who asks, and how; the URL goes behind. */
function clientOf({ connections, streams }: Task): string[] {
  if (streams === undefined) return ['wrk', '-t1', `-c${connections}`, `-d${SECONDS}`];
  // What is under way at the end of a duration counts as failed.
  const windows = ['-w20', '-W20'];
  return ['h2load', ...windows, `-c${connections}`, `-m${streams}`, `-D${SECONDS}`];
}

function enter(contestant: Contestant): Entry {
  return { contestant, figures: new Map() };
}

function middle({ figures }: Entry, task: Task, figure: keyof Figure): number {
  return median((figures.get(task) ?? []).map((one) => one[figure]));
}

function summary(entry: Entry): Row {
  const { name, pid } = entry.contestant;
  const row: Record<string, string | number> = { server: name };
  for (const task of TASKS) {
    const unit = task.size === undefined ? 1 : task.size / 1e6;
    const label = task.size === undefined ? task.name : `${task.name} MB`;
    row[`${label}/s`] = Math.round(middle(entry, task, 'rate') * unit);
    row[`${label}/CPU s`] = Math.round(middle(entry, task, 'efficiency') * unit);
  }
  row['RSS KiB'] = residentKib(pid);
  return row;
}

function residentKib(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  return Number(/^VmRSS:\s*(\d+)/m.exec(status)?.[1]);
}
