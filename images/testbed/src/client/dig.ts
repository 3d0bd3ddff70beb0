import type { Host } from '../lan.ts';

/** What dig understood of an answer. */
export interface DigAnswer {
  /** Such as `NOERROR`. */
  readonly status: string;
  readonly opcode: string;
  /** In lower case, such as `qr`, `rd`, `ra`. */
  readonly flags: ReadonlySet<string>;
  /** `undefined` when the answer has no OPT record. */
  readonly edns: DigEdns | undefined;
  readonly question: string | undefined;
  readonly answer: readonly DigRecord[];
  readonly authority: readonly DigRecord[];
  readonly additional: readonly DigRecord[];
  /** Octets of the message. */
  readonly size: number;
  /** Everything that dig printed. */
  readonly text: string;
}

export interface DigEdns {
  readonly version: number;
  readonly flags: ReadonlySet<string>;
  readonly udp: number;
  /** The names of the options, such as `COOKIE`. */
  readonly options: readonly string[];
}

export interface DigRecord {
  readonly name: string;
  readonly ttl: number;
  readonly type: string;
  readonly data: string;
}

/**
 * Asks `server` with dig: `question` are dig's own words. Three attempts of two seconds, UDP only, no
 * EDNS unless the words ask for it. Throws when no answer came.
 */
export async function dig(host: Host, server: string, ...question: string[]): Promise<DigAnswer> {
  const { status, stdout, stderr } = await host.run(digCommand(server, question));
  if (status === 0) return parseDig(stdout);
  throw new Error(`dig ${question.join(' ')}: status ${status}\n${stdout}${stderr}`);
}

/** Whether `server` leaves the question without an answer for a second. */
export async function digIsIgnored(host: Host, server: string, ...question: string[]) {
  const once = [...question, '+tries=1', '+timeout=1'];
  const { status, stdout } = await host.run(digCommand(server, once));
  return status === 9 && /no servers could be reached|timed out/.test(stdout);
}

/** The data of all records of `type`, in order. */
export function dataOf(records: readonly DigRecord[], type: string): string[] {
  return records.filter((record) => record.type === type).map((record) => record.data);
}

/** Parses what dig prints for one question. */
export function parseDig(text: string): DigAnswer {
  const header = /^;; ->>HEADER<<- opcode: (\S+), status: (\S+), id: \d+/m.exec(text);
  if (header === null) throw new Error(`no answer in what dig printed:\n${text}`);
  return {
    opcode: header[1],
    status: header[2],
    flags: words(/^;; flags:([^;]*);/m.exec(text)?.[1]),
    edns: parseEdns(text),
    question: /^;; QUESTION SECTION:\n;(.*)$/m.exec(text)?.[1].replaceAll(/\s+/g, ' '),
    answer: parseSection(text, 'ANSWER'),
    authority: parseSection(text, 'AUTHORITY'),
    additional: parseSection(text, 'ADDITIONAL'),
    size: Number(/^;; MSG SIZE {2}rcvd: (\d+)/m.exec(text)?.[1]),
    text,
  };
}

function digCommand(server: string, question: readonly string[]): string[] {
  const defaults = ['+noedns', '+ignore', '+tries=3', '+timeout=2'];
  return ['dig', '-r', `@${server}`, ...defaults, ...question];
}

function parseEdns(text: string): DigEdns | undefined {
  const line = /^; EDNS: version: (\d+), flags:([^;]*); (?:MBZ: \S+, )?udp: (\d+)\n((?:; .*\n)*)/m;
  const [, version, flags, udp, options] = line.exec(text) ?? [];
  if (version === undefined) return undefined;
  return {
    version: Number(version),
    flags: words(flags),
    udp: Number(udp),
    options: [...options.matchAll(/^; ([^:\n]+):/gm)].map(([, name]) => name),
  };
}

function parseSection(text: string, name: string): DigRecord[] {
  const section = new RegExp(`^;; ${name} SECTION:\n((?:.+\n)*)`, 'm').exec(text)?.[1] ?? '';
  return [...section.matchAll(/^(\S+)\s+(\d+)\s+\S+\s+(\S+)\s*(.*)$/gm)].map(
    ([, owner, ttl, type, data]) => ({ name: owner, ttl: Number(ttl), type, data }),
  );
}

function words(text = ''): Set<string> {
  return new Set(text.split(' ').filter((word) => word !== ''));
}
