import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Host, Lan } from '../lan.ts';
import type { Running } from '../process.ts';

export interface DnsperfReport {
  readonly sent: number;
  readonly completed: number;
  readonly lost: number;
  readonly queriesPerSecond: number;
  /** The mean time to the answer, in milliseconds. */
  readonly averageMs: number;
  /** By name, such as `NOERROR`, how many answers there were. */
  readonly codes: ReadonlyMap<string, number>;
  readonly text: string;
}

export interface DnsperfPlan {
  /** Lines such as `name.example A`, asked in turn. */
  readonly questions: readonly string[];
  readonly seconds: number;
  /** How many questions wait for an answer at a time. */
  readonly outstanding?: number;
  /** The processor that the client may use; any when not given. */
  readonly core?: number;
}

/** Starts dnsperf, which asks as fast as answers come. */
export function startDnsperf(lan: Lan, host: Host, server: string, plan: DnsperfPlan): Running {
  const { questions, seconds, outstanding = 100, core } = plan;
  const file = join(lan.folder, `${host.name}.questions`);
  writeFileSync(file, `${questions.join('\n')}\n`);
  const pinned = core === undefined ? [] : ['taskset', '-c', String(core)];
  const load = ['-l', String(seconds), '-q', String(outstanding), '-t', '1', '-W'];
  return host.start([...pinned, 'dnsperf', '-s', server, '-d', file, ...load]);
}

/** Parses the statistics at the end of a run. */
export function parseDnsperf(text: string): DnsperfReport {
  const number = (label: string) => {
    const found = new RegExp(`^\\s*${label}:\\s+([\\d.]+)`, 'm').exec(text);
    if (found === null) throw new Error(`no "${label}" in what dnsperf printed:\n${text}`);
    return Number(found[1]);
  };
  const codes = /^\s*Response codes:\s+(.*)$/m.exec(text)?.[1] ?? '';
  return {
    sent: number('Queries sent'),
    completed: number('Queries completed'),
    lost: number('Queries lost'),
    queriesPerSecond: number('Queries per second'),
    averageMs: number('Average Latency \\(s\\)') * 1000,
    codes: new Map([...codes.matchAll(/(\w+) (\d+)/g)].map(([, name, n]) => [name, Number(n)])),
    text,
  };
}
