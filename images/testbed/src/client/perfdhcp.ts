import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Host, Lan } from '../lan.ts';

/** One kind of exchange, as perfdhcp counts it. */
export interface ExchangeCount {
  readonly sent: number;
  readonly received: number;
  readonly dropped: number;
  /** The mean time to the answer, in milliseconds. */
  readonly averageMs: number;
}

export interface PerfdhcpReport {
  readonly discover: ExchangeCount;
  readonly request: ExchangeCount;
  /** Complete exchanges of four messages per second of the test. */
  readonly rate: number;
  /** The address that each client was told last, by its client identifier. */
  readonly leases: ReadonlyMap<string, string>;
  readonly text: string;
}

export interface PerfdhcpPlan {
  /** How many clients it pretends to be, picked at random for each exchange; each gets one lease. */
  readonly clients: number;
  /** How many exchanges it does in all. */
  readonly exchanges: number;
  /** How many exchanges it begins each second. */
  readonly rate: number;
  /** After how many milliseconds a message counts as lost. */
  readonly patienceMs?: number;
}

/**
 * Leases addresses by the dozen, all through a relay on the address of `host` (`giaddr`). It asks
 * for nothing but `rate`: one that the server cannot keep up with ends in dropped exchanges.
 */
export async function perfdhcp(
  lan: Lan,
  host: Host,
  server: string,
  { clients, exchanges, rate, patienceMs = 1000 }: PerfdhcpPlan,
): Promise<PerfdhcpReport> {
  const file = join(lan.folder, `${host.name}.macs`);
  writeFileSync(file, Array.from({ length: clients }, (_, index) => `${mac(index)}\n`).join(''));
  const amount = ['-M', file, '-n', String(exchanges), '-r', String(rate)];
  // Stragglers may still arrive within this many microseconds.
  const patience = ['-d', String(patienceMs / 1000), '-W', String(patienceMs * 1000)];
  const common = ['-4', '-g', 'single', '-x', 'l', '-l', 'eth0'];
  const command = ['perfdhcp', ...common, ...amount, ...patience];
  const { stdout, stderr } = await host.run([...command, server]);
  return parsePerfdhcp(stdout + stderr);
}

/** Parses the final report of perfdhcp -4. */
export function parsePerfdhcp(text: string): PerfdhcpReport {
  const rate = /^Rate: ([\d.]+) 4-way exchanges\/second/m.exec(text);
  if (rate === null) throw new Error(`no report in what perfdhcp printed:\n${text}`);
  return {
    discover: parseExchange(text, 'DISCOVER-OFFER'),
    request: parseExchange(text, 'REQUEST-ACK'),
    rate: Number(rate[1]),
    leases: parseLeases(text),
    text,
  };
}

function parseLeases(text: string): Map<string, string> {
  const [, list = ''] = /\*\*\*Leases for REQUEST-ACK\*\*\*\n([^*]*)/.exec(text) ?? [];
  return new Map(Array.from(list.matchAll(/^([0-9a-f]+),([0-9.]+),/gm), ([, id, ip]) => [id, ip]));
}

/** The hardware address of a client: as different from the next one as those of real clients. */
function mac(index: number): string {
  const digest = createHash('sha256').update(String(index)).digest('hex');
  return (digest.slice(0, 10).match(/../g) ?? []).reduce((text, octet) => `${text}:${octet}`, '02');
}

function parseExchange(text: string, name: string): ExchangeCount {
  const part = text.slice(text.indexOf(`Statistics for: ${name}`));
  const number = (label: string) => Number(new RegExp(`^${label}: (\\S+)`, 'm').exec(part)?.[1]);
  return {
    sent: number('sent packets'),
    received: number('received packets'),
    dropped: number('drops'),
    averageMs: number('avg delay'),
  };
}
