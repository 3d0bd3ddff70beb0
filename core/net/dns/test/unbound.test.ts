/**
 * Every record in unbound's replay files: its text parses, and what is printed for it means the same
 * octets; every entry of them survives the wire as a message.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Message, Question, ResourceRecord } from '../src/message.ts';
import { parseName } from '../src/name.ts';
import { emitMessage, parseMessage } from '../src/packet.ts';
import { parseRdata, parseRdataText, rdataText } from '../src/rdata.ts';
import { CLASS, parseClass, parseType, TYPE, typeText } from '../src/type.ts';

const FOLDER = new URL('../../../../../shared/data/unbound/', import.meta.url);
const present = existsSync(FOLDER);
const files = present ? readdirSync(FOLDER).filter((file) => file.endsWith('.rpl')) : [];

/** Files with records that are wrong, and by how many lines: there the refusal is what is right. */
const WRONG: Readonly<Record<string, number>> = {
  // Keys twice, as opaque record data of HTTPS.
  'iter_svcb_malformed.rpl': 2,
  // An apostrophe behind the base 64 of a signature.
  'local_cname.rpl': 2,
  // SOA with six numbers.
  'nsid_bogus.rpl': 1,
  // An address of 5 octets, as opaque record data.
  'val_scrub_rr_length.rpl': 1,
};

describe.skipIf(!present)(`unbound's records (skipped without ${FOLDER.pathname})`, () => {
  const seen = new Map<string, number>();

  it.each(files)('%s', (file) => {
    const text = readFileSync(new URL(file, FOLDER), 'latin1');
    const wrong: string[] = [];
    for (const entry of entriesOf(text)) {
      const message = messageOf(entry, wrong);
      expect(parseMessage(emitMessage(message))).toEqual({ ok: true, value: message });
      for (const record of [...message.answers, ...message.authorities, ...message.additionals]) {
        seen.set(typeText(record.type), (seen.get(typeText(record.type)) ?? 0) + 1);
      }
    }
    expect(wrong, wrong.join('\n')).toHaveLength(WRONG[file] ?? 0);
  });

  it('are of many types', () => {
    expect([...seen.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThan(8000);
    for (const type of [
      'A',
      'NS',
      'RRSIG',
      'DNSKEY',
      'NSEC3',
      'SVCB',
      'NAPTR',
      'DNAME',
      'ZONEMD',
    ]) {
      expect(seen.get(type), type).toBeGreaterThan(0);
    }
  });
});

type Section = 'QUESTION' | 'ANSWER' | 'AUTHORITY' | 'ADDITIONAL';
type Entry = Record<Section, string[]>;

/** The lines of each section of each entry, comments and packets in hexadecimal left out. */
function entriesOf(text: string): Entry[] {
  const entries: Entry[] = [];
  let lines: string[] | undefined;
  for (const line of text.split('\n')) {
    const words = line.trim().split(/\s+/);
    if (words[0] === 'ENTRY_BEGIN') {
      entries.push({ QUESTION: [], ANSWER: [], AUTHORITY: [], ADDITIONAL: [] });
    } else if (words[0] === 'SECTION') lines = entries.at(-1)?.[words[1] as Section];
    else if (/^(ENTRY_END|HEX_|EXTRA_PACKET|MATCH|ADJUST|REPLY)/.test(words[0])) lines = undefined;
    else if (words[0] !== '' && !words[0].startsWith(';')) lines?.push(line);
  }
  return entries;
}

/** The message of an entry; lines whose record data are wrong are left out and told in `wrong`. */
function messageOf(entry: Entry, wrong: string[]): Message {
  const records = (lines: string[]) => lines.flatMap((line) => recordOf(line, wrong));
  return {
    id: 1,
    response: true,
    opcode: 0,
    authoritative: true,
    truncated: false,
    recursionDesired: false,
    recursionAvailable: false,
    authenticData: false,
    checkingDisabled: false,
    rcode: 0,
    questions: entry.QUESTION.slice(0, 1).map(questionOf),
    answers: records(entry.ANSWER),
    authorities: records(entry.AUTHORITY),
    additionals: records(entry.ADDITIONAL),
    edns: undefined,
  };
}

/** A question of a scenario may lack its class, or its type where only a packet in hexadecimal counts. */
function questionOf(line: string): Question {
  const [owner, ...words] = line.trim().split(/\s+/);
  const rrClass = words.length > 0 && parseClass(words[0]);
  const type = words[typeof rrClass === 'number' ? 1 : 0];
  return {
    name: nameOf(owner),
    type: type === undefined ? TYPE.A : (parseType(type) ?? fail(line)),
    class: typeof rrClass === 'number' ? rrClass : CLASS.IN,
  };
}

/** A record without line breaks: owner, then TTL and class or neither, then type and data. */
function recordOf(line: string, wrong: string[]): ResourceRecord[] {
  const match = /^\s*(\S+)\s+(?:(\d+)\s+)?(?:(IN|CH|HS|ANY)\s+)?(?:(\d+)\s+)?(\S+)\s*(.*)$/.exec(
    line,
  );
  if (match === null) return fail(line);
  const [, owner, ttlBefore, rrClass = 'IN', ttlBehind, typeName, text] = match;
  const type = parseType(typeName) ?? fail(line);
  const data = parseRdataText(type, text);
  if (!data.ok || !parseRdata(type, data.value).ok) {
    wrong.push(line);
    return [];
  }
  const printed = rdataText(type, data.value);
  expect(parseRdataText(type, printed), printed).toEqual(data);
  const ttl = Number(ttlBefore ?? ttlBehind ?? 3600);
  return [
    { name: nameOf(owner), type, class: parseClass(rrClass) ?? fail(line), ttl, data: data.value },
  ];
}

function nameOf(text: string): string {
  const name = parseName(text);
  return name.ok ? name.value : fail(text);
}

function fail(line: string): never {
  throw new Error(`cannot read ${line}`);
}
