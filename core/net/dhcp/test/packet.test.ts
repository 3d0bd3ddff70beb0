import { expect as unwrap } from '@atoll/result/result';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OPTION } from '../src/option.ts';
import { describeMessage, emitMessage, parseMessage } from '../src/packet.ts';
import { ascii, EVERYBODY, ip, message, requested, T, u32 } from './support.ts';

const OPTIONS_AT = 240;

/** A message with these octets from the options field on. */
function raw(...options: number[]): Uint8Array {
  const bytes = new Uint8Array(OPTIONS_AT + options.length);
  bytes.set([1, 1, 6]);
  bytes.set([0x63, 0x82, 0x53, 0x63], 236);
  bytes.set(options, OPTIONS_AT);
  return bytes;
}

function reason(bytes: Uint8Array): string {
  const result = parseMessage(bytes);
  return result.ok ? 'ok' : result.error.reason;
}

describe('the fields of a message', () => {
  const bytes = emitMessage(
    message(T.REQUEST, 7, {
      op: 1,
      hops: 3,
      xid: 0xdeadbeef,
      secs: 0x102,
      flags: 0x8000,
      ciaddr: ip('192.0.2.3'),
      yiaddr: ip('192.0.2.4'),
      siaddr: ip('192.0.2.5'),
      giaddr: ip('192.0.2.6'),
      sname: 'boot',
      file: 'kernel',
      options: [requested(ip('192.0.2.7'))],
    }),
  );

  it.each([
    ['op', 0, [1]],
    ['htype', 1, [1]],
    ['hlen', 2, [6]],
    ['hops', 3, [3]],
    ['xid', 4, [0xde, 0xad, 0xbe, 0xef]],
    ['secs', 8, [1, 2]],
    ['flags', 10, [0x80, 0]],
    ['ciaddr', 12, [192, 0, 2, 3]],
    ['yiaddr', 16, [192, 0, 2, 4]],
    ['siaddr', 20, [192, 0, 2, 5]],
    ['giaddr', 24, [192, 0, 2, 6]],
    ['chaddr', 28, [2, 0, 0, 0, 0, 7, 0]],
    ['sname', 44, [...ascii('boot'), 0]],
    ['file', 108, [...ascii('kernel'), 0]],
    ['cookie', 236, [0x63, 0x82, 0x53, 0x63]],
    ['options', 240, [53, 1, 3, 50, 4, 192, 0, 2, 7, 255, 0]],
  ])('%s is at offset %i (RFC 2131 figure 1)', (_, at, expected) => {
    expect([...bytes.subarray(at, at + expected.length)]).toEqual(expected);
  });

  it('is padded to the 300 octets of BOOTP', () => {
    expect(bytes.length).toBe(300);
  });

  it('is described in one line', () => {
    expect(describeMessage(unwrap(parseMessage(bytes)))).toBe(
      'DHCPREQUEST xid deadbeef 02:00:00:00:00:07 broadcast ciaddr 192.0.2.3 yiaddr 192.0.2.4 ' +
        'siaddr 192.0.2.5 giaddr 192.0.2.6 requested-address 192.0.2.7',
    );
  });
});

describe('parsing', () => {
  it('refuses what is no DHCP message', () => {
    expect(reason(new Uint8Array(239))).toBe('message of 239 octets is too short');
    expect(reason(new Uint8Array(300))).toBe('no DHCP magic cookie');
    expect(reason(raw(255))).toBe('no DHCP message type');
    expect(reason(raw(53, 2, 1, 1, 255))).toBe('message type of 2 octets, expected 1');
    expect(reason(raw(53, 1, 1, 12, 9, 65))).toBe('option 12 is cut off');
    expect(reason(raw(53, 1, 1, 12))).toBe('option 12 is cut off');
    const long = raw(53, 1, 1, 255);
    long[2] = 17;
    expect(reason(long)).toBe('hardware address length 17 is above 16');
  });

  it('skips pads and needs no end option', () => {
    const parsed = unwrap(parseMessage(raw(0, 0, 53, 1, 1, 0, 12, 1, 65)));
    expect([...parsed.options]).toEqual([[12, ascii('A')]]);
  });

  it('stops at the end option', () => {
    expect(unwrap(parseMessage(raw(53, 1, 1, 255, 12, 1, 65))).options.size).toBe(0);
  });

  it('joins the pieces of an option (RFC 3396 section 7)', () => {
    const parsed = unwrap(parseMessage(raw(12, 2, 65, 66, 53, 1, 1, 12, 1, 67, 255)));
    expect([...parsed.options]).toEqual([[12, ascii('ABC')]]);
  });

  it('reads options from file and then sname (RFC 2131 section 4.1)', () => {
    const bytes = raw(53, 1, 1, 52, 1, 3, 12, 1, 65, 255);
    bytes.set([12, 1, 67, 255], 44);
    bytes.set([12, 1, 66, 15, 1, 90, 255], 108);
    const parsed = unwrap(parseMessage(bytes));
    expect([...parsed.options]).toEqual([
      [12, ascii('ABC')],
      [15, ascii('Z')],
    ]);
    expect(parsed.sname).toBe('');
    expect(parsed.file).toBe('');
  });

  it('takes file and sname for text when nothing says otherwise', () => {
    const bytes = raw(53, 1, 1, 255);
    bytes.set(ascii('x'.repeat(64)), 44);
    bytes.set(ascii('pxelinux.0'), 108);
    const parsed = unwrap(parseMessage(bytes));
    expect(parsed.sname).toBe('x'.repeat(64));
    expect(parsed.file).toBe('pxelinux.0');
  });

  it('finds a broken option in an overloaded field', () => {
    const bytes = raw(53, 1, 1, 52, 1, 1, 255);
    bytes.set([12, 127], 108);
    expect(reason(bytes)).toBe('option 12 is cut off');
  });
});

describe('emitting', () => {
  const long = new Uint8Array(600).map((_, at) => at);

  it('splits a long option (RFC 3396 section 6)', () => {
    const bytes = emitMessage(message(T.ACK, 1, { options: [[119, long]] }), 1472);
    expect([bytes[243], bytes[244]]).toEqual([119, 255]);
    expect([bytes[243 + 257], bytes[243 + 258]]).toEqual([119, 255]);
    expect([bytes[243 + 514], bytes[243 + 515]]).toEqual([119, 90]);
    expect(unwrap(parseMessage(bytes)).options.get(119)).toEqual(long);
  });

  it('moves what does not fit into file and sname, and leaves out what fits nowhere', () => {
    const options: [number, Uint8Array][] = [
      [43, new Uint8Array(250)],
      [12, new Uint8Array(100)],
      [15, new Uint8Array(60)],
      [17, new Uint8Array(60)],
      [1, u32(EVERYBODY)],
    ];
    const bytes = emitMessage(message(T.ACK, 1, { options }));
    expect(bytes.length).toBeLessThanOrEqual(548);
    const parsed = unwrap(parseMessage(bytes));
    expect(new Set(parsed.options.keys())).toEqual(new Set([43, 12, 15, 1]));
    const second = emitMessage(message(T.ACK, 1, { options, file: 'taken', sname: 'taken' }));
    expect([...unwrap(parseMessage(second)).options.keys()]).toEqual([43, 1]);
    expect(unwrap(parseMessage(second)).file).toBe('taken');
  });

  it('keeps relay agent information, and as the last option (RFC 3046 section 2.1)', () => {
    const relay = new Uint8Array(40).fill(9);
    const options: [number, Uint8Array][] = [
      [OPTION.RELAY_AGENT_INFORMATION, relay],
      [43, new Uint8Array(255)],
      [12, new Uint8Array(30)],
    ];
    const bytes = emitMessage(message(T.ACK, 1, { options }));
    const parsed = unwrap(parseMessage(bytes));
    expect(parsed.options.get(OPTION.RELAY_AGENT_INFORMATION)).toEqual(relay);
    const end = bytes.lastIndexOf(255);
    expect([bytes[end - 42], bytes[end - 41]]).toEqual([82, 40]);
  });

  it('leaves out relay agent information that cannot fit at all', () => {
    const options: [number, Uint8Array][] = [
      [OPTION.RELAY_AGENT_INFORMATION, new Uint8Array(400)],
      [12, ascii('name')],
    ];
    const parsed = unwrap(parseMessage(emitMessage(message(T.ACK, 1, { options }))));
    expect([...parsed.options]).toEqual([[12, ascii('name')]]);
  });
});

const octet = fc.integer({ min: 0, max: 0xff });
const word = fc.integer({ min: 0, max: 0xffff });
const address = fc.integer({ min: 0, max: 0xffff_ffff });
const text = (maxLength: number) =>
  fc
    .array(fc.integer({ min: 1, max: 255 }), { maxLength })
    .map((codes) => String.fromCharCode(...codes));
const code = fc.integer({ min: 1, max: 254 }).filter((one) => ![52, 53, 82].includes(one));
const options = fc
  .tuple(
    fc.uniqueArray(fc.tuple(code, fc.uint8Array({ maxLength: 700 })), {
      selector: ([one]) => one,
      maxLength: 8,
    }),
    fc.option(fc.uint8Array({ maxLength: 255 })),
  )
  .map(([list, relay]): Map<number, Uint8Array> => {
    const all = new Map<number, Uint8Array>(list);
    return relay === null ? all : all.set(OPTION.RELAY_AGENT_INFORMATION, relay);
  });
const messages = fc.record({
  op: octet,
  type: octet,
  htype: octet,
  hops: octet,
  xid: address,
  secs: word,
  flags: word,
  ciaddr: address,
  yiaddr: address,
  siaddr: address,
  giaddr: address,
  chaddr: fc.uint8Array({ maxLength: 16 }),
  sname: text(63),
  file: text(127),
  options,
});

/** Equality of maps does not look at the order, which matters here. */
function plain<T extends { options: ReadonlyMap<number, Uint8Array> }>(value: T): unknown {
  return { ...value, options: [...value.options].map(([key, bytes]) => [key, [...bytes]]) };
}

describe('parse and emit', () => {
  it('are inverses when there is room', () => {
    fc.assert(
      fc.property(messages, (given) => {
        const parsed = unwrap(parseMessage(emitMessage(given, 65_507)));
        expect(plain({ ...parsed, chaddr: [...parsed.chaddr] })).toEqual(
          plain({ ...given, chaddr: [...given.chaddr] }),
        );
      }),
    );
  });

  it('keep to the limit and lose nothing but whole options when there is not', () => {
    fc.assert(
      fc.property(messages, fc.integer({ min: 300, max: 1472 }), (given, limit) => {
        const bytes = emitMessage(given, limit);
        expect(bytes.length).toBeLessThanOrEqual(limit);
        const parsed = unwrap(parseMessage(bytes));
        for (const [key, value] of parsed.options) expect(given.options.get(key)).toEqual(value);
      }),
    );
  });
});
