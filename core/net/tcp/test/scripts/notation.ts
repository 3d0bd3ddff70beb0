import { ACK, CWR, ECE, FIN, PSH, RST, SYN, URG } from '../../src/packet.ts';

/**
 * One segment in a script, as `. 1:1001 ack 1 sack 2001:3001`.
 *
 * First come the flags, a letter each as in `describeSegment`, with a dot for ACK. Numbers count from the
 * initial sequence number of who sent the byte, so the first byte is 1. After the flags:
 *
 * - `1:1001` bytes 1 to 1000; only `1` for a segment without data, and nothing is what is due next. A SYN
 *   is number 0, so one with a byte of data is `0:2`;
 * - `by 1000` they leave as segments of that many bytes each, with PSH and FIN in the last one only;
 * - `ack 1`, `win 512` (the field as it is in the header), `sack 5:7 1:3` (in that order);
 * - `mss 1000`, `scale 7`, `sackOK` in a SYN;
 * - `ts 120 echo 100`, each in milliseconds of the script.
 */
export interface Written {
  readonly flags: number;
  readonly start: number | undefined;
  readonly end: number | undefined;
  readonly by: number | undefined;
  readonly ack: number | undefined;
  readonly window: number | undefined;
  readonly sacks: readonly (readonly [number, number])[];
  readonly mss: number | undefined;
  readonly scale: number | undefined;
  readonly sackPermitted: boolean;
  readonly timestamp: number | undefined;
  readonly echo: number | undefined;
}

export function readSegment(text: string): Written {
  const words = text.split(' ');
  const flags = readFlags(words[0]);
  let at = 1;
  let start: number | undefined;
  let end: number | undefined;
  if (/^-?\d/.test(words[at] ?? '')) [start, end] = readRange(words[at++]);
  const values = new Map<string, number>();
  const sacks: [number, number][] = [];
  let sackPermitted = false;
  while (at < words.length) {
    const word = words[at++];
    if (word === 'sackOK') {
      sackPermitted = true;
    } else if (word === 'sack') {
      while (at < words.length && words[at].includes(':')) sacks.push(readRange(words[at++]));
    } else {
      if (!NUMBERS.includes(word)) throw new Error(`what is "${word}" in "${text}"?`);
      values.set(word, readNumber(words[at++]));
    }
  }
  return {
    flags,
    start,
    end,
    by: values.get('by'),
    ack: values.get('ack'),
    window: values.get('win'),
    sacks,
    mss: values.get('mss'),
    scale: values.get('scale'),
    sackPermitted,
    timestamp: values.get('ts'),
    echo: values.get('echo'),
  };
}

export function flagText(flags: number): string {
  return [...LETTERS].map(([letter, flag]) => ((flags & flag) === 0 ? '' : letter)).join('') || '-';
}

function readFlags(text: string): number {
  if (text === '-') return 0;
  let flags = 0;
  for (const letter of text) {
    const flag = LETTERS.get(letter);
    if (flag === undefined) throw new Error(`no such flag: ${letter}`);
    flags |= flag;
  }
  return flags;
}

function readRange(text: string): [number, number] {
  const [start, end = start] = text.split(':').map(readNumber);
  return [start, end];
}

function readNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value)) throw new Error(`not a number: ${text}`);
  return value;
}

const LETTERS: ReadonlyMap<string, number> = new Map([
  ['S', SYN],
  ['F', FIN],
  ['R', RST],
  ['P', PSH],
  ['U', URG],
  ['E', ECE],
  ['W', CWR],
  ['.', ACK],
]);
const NUMBERS = ['by', 'ack', 'win', 'mss', 'scale', 'ts', 'echo'];
