import { toHex } from '@atoll/bytes/hex';
import { expect as unwrap } from '@atoll/result/result';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EDNS_OPTION } from '../src/edns.ts';
import { nameOctets, nameText } from '../src/name.ts';
import {
  describe as describeMessage,
  emitMessage,
  parseMessage,
  peekHeader,
} from '../src/packet.ts';
import { emitRdata } from '../src/rdata.ts';
import { OPCODE, RCODE, TYPE } from '../src/type.ts';
import { message, record } from './arbitrary.ts';
import { address, hex, n, QUERY, queryBytes } from './query.ts';

describe('a message', () => {
  it('survives its bytes, whatever is in it', () => {
    fc.assert(
      fc.property(message, (value) => {
        expect(parseMessage(emitMessage(value))).toEqual({ ok: true, value });
      }),
      { numRuns: 1000 },
    );
  });

  it('has copies of the bytes it was read from', () => {
    const text = { ...address('www.example', 1), type: TYPE.TXT, data: new Uint8Array(40) };
    const options = [{ code: EDNS_OPTION.COOKIE, data: new Uint8Array(8) }];
    const edns = { version: 0, udpPayloadSize: 1232, dnssecOk: false, options };
    const value = { ...QUERY, answers: [address('www.example', 1), text], edns };
    // Also from those of Node.js, where a slice of a Buffer is not a copy.
    const bytes = Buffer.from(emitMessage(value));
    const read = unwrap(parseMessage(bytes));
    bytes.fill(0xff);
    expect(read).toEqual(value);
  });

  it('is a query of RFC 1035 on the wire', () => {
    expect(toHex(emitMessage(QUERY))).toBe(toHex(queryBytes('0000 0000 0000')));
    expect(unwrap(parseMessage(queryBytes('0000 0000 0000')))).toEqual(QUERY);
  });

  it('says all its flags at their places', () => {
    const all = unwrap(parseMessage(hex('0000 ffff 0000 0000 0000 0000')));
    expect(all).toMatchObject({ response: true, opcode: 15, authoritative: true, truncated: true });
    expect(all).toMatchObject({ recursionDesired: true, recursionAvailable: true });
    expect(all).toMatchObject({ authenticData: true, checkingDisabled: true, rcode: 15 });
    // All but the Z bit, which no message of ours sets.
    expect(toHex(emitMessage(all).subarray(2, 4))).toBe('ffbf');
  });

  it('keeps the letter case of every name', () => {
    const answers = [
      address('WWW.example', 1),
      address('www.EXAMPLE', 2),
      address('www.example', 3),
    ];
    const read = unwrap(parseMessage(emitMessage({ ...QUERY, answers })));
    expect(read.answers.map((answer) => nameText(answer.name))).toEqual([
      'WWW.example.',
      'www.EXAMPLE.',
      'www.example.',
    ]);
  });

  it('counts a TTL with the top bit as 0', () => {
    const bytes = queryBytes('0001 0000 0000', 'c00c 0001 0001 80000000 0004 c0000201');
    expect(unwrap(parseMessage(bytes)).answers[0].ttl).toBe(0);
  });

  it('may have octets behind it', () => {
    expect(parseMessage(queryBytes('0000 0000 0000', 'ffffff')).ok).toBe(true);
  });

  it('may name records to delete without data (RFC 2136)', () => {
    const bytes = queryBytes(
      '0000 0002 0000',
      'c00c 0005 00ff 00000000 0000 c00c 000f 00fe 00000000 0000',
    );
    const update = unwrap(parseMessage(bytes));
    expect(update.authorities.map((one) => one.data.length)).toEqual([0, 0]);
    expect(parseMessage(emitMessage(update))).toEqual({ ok: true, value: update });
  });

  it('has one line', () => {
    expect(describeMessage(QUERY)).toBe('0x1a2b QUERY www.example. A +rd');
    const edns = { version: 0, udpPayloadSize: 1232, dnssecOk: true, options: [] };
    const reply = { ...QUERY, response: true, rcode: RCODE.NXDOMAIN, edns };
    expect(describeMessage(reply)).toBe(
      '0x1a2b NXDOMAIN www.example. A 0/0/0 +qr +rd +do edns0:1232',
    );
    const update = { ...QUERY, opcode: OPCODE.UPDATE, response: true, rcode: 11, questions: [] };
    expect(describeMessage(update)).toBe('0x1a2b UPDATE DSOTYPENI 0/0/0 +qr +rd');
  });
});

describe('compression', () => {
  it('points to names that were written before', () => {
    const cname = {
      ...address('www.example', 0),
      type: TYPE.CNAME,
      data: nameOctets(n('web.example')),
    };
    const bytes = emitMessage({ ...QUERY, answers: [cname, address('web.example', 0xc0000201)] });
    expect(toHex(bytes.subarray(12 + 17))).toBe(
      toHex(
        hex('c00c 0005 0001 0000012c 0006 03776562 c010  c029 0001 0001 0000012c 0004 c0000201'),
      ),
    );
  });

  it('happens in the types of RFC 1035 only, and is undone in those of RFC 3597 section 4', () => {
    const target = n('www.example');
    const record = (type: number, data: Uint8Array) => ({
      ...address('www.example', 0),
      type,
      data,
    });
    const mx = emitRdata(TYPE.MX, { preference: 1, exchange: target });
    const srv = emitRdata(TYPE.SRV, { priority: 1, weight: 2, port: 3, target });
    const answers = [
      record(TYPE.MX, mx),
      record(TYPE.SRV, srv),
      record(TYPE.DNAME, nameOctets(target)),
    ];
    const bytes = emitMessage({ ...QUERY, answers });
    expect(bytes.length).toBe(29 + 3 * 12 + 4 + 19 + 13);
    const compressed = queryBytes(
      '0001 0000 0000',
      'c00c 0021 0001 00000000 0008 0001 0002 0003 c00c',
    );
    expect(unwrap(parseMessage(compressed)).answers[0].data).toEqual(srv);
    const dname = queryBytes('0001 0000 0000', 'c00c 0027 0001 00000000 0002 c00c');
    expect(unwrap(parseMessage(dname)).answers[0].data).toEqual(hex('c00c'));
  });

  it('is undone where a pointer is longer than what it leads to', () => {
    // RP with pointers to `a.` (an octet more than the pointer) and to the root (an octet less).
    const bytes = queryBytes(
      '0002 0000 0000',
      `016100 0010 0001 00000000 0001 00  c00c 0011 0001 00000000 0004 c01d c01f`,
    );
    expect(toHex(unwrap(parseMessage(bytes)).answers[1].data)).toBe('01610000');
  });

  it('points only to where 14 bits reach', () => {
    const filler = { ...address('filler', 0), type: TYPE.NULL, data: new Uint8Array(0x4000) };
    const answers = [filler, address('far.test', 1), address('far.test', 2)];
    const value = { ...QUERY, answers };
    expect(parseMessage(emitMessage(value))).toEqual({ ok: true, value });
  });

  it('never makes a message longer, and leaves wrong data as they are', () => {
    const broken = { ...address('www.example', 0), type: TYPE.SOA, data: hex('03777777ff') };
    const bytes = emitMessage({ ...QUERY, answers: [broken] });
    expect(toHex(bytes.subarray(-7))).toBe('000503777777ff');
  });
});

describe('a limit', () => {
  const addresses = Array.from({ length: 100 }, (_, index) => address('www.example', index));
  const others = Array.from({ length: 100 }, (_, index) => address('other.example', index));
  const edns = { version: 0, udpPayloadSize: 1232, dnssecOk: false, options: [] };

  it('is kept, whatever is in the message', () => {
    const many = fc.array(record, { maxLength: 30 });
    fc.assert(
      fc.property(message, many, fc.integer({ min: 0, max: 1500 }), (value, answers, limit) => {
        const bytes = emitMessage({ ...value, answers, truncated: false }, limit);
        expect(bytes.length).toBeLessThanOrEqual(Math.max(limit, 512));
        const read = unwrap(parseMessage(bytes));
        expect(answers.slice(0, read.answers.length)).toEqual(read.answers);
        const whole = read.answers.length === answers.length;
        expect(read.truncated).toBe(!whole || read.authorities.length < value.authorities.length);
        expect(read.questions).toEqual(value.questions);
        expect(read.edns === undefined).toBe(value.edns === undefined);
      }),
    );
  });

  it('leaves out whole RRsets and says so', () => {
    const read = unwrap(
      parseMessage(emitMessage({ ...QUERY, answers: [...addresses, ...others], edns }, 1999)),
    );
    expect(read.answers).toEqual(addresses);
    expect(read.truncated).toBe(true);
    expect(read.edns).toEqual(edns);
  });

  it('leaves out the set of which one record is too many', () => {
    const read = unwrap(
      parseMessage(emitMessage({ ...QUERY, answers: addresses, additionals: others }, 1232)),
    );
    expect(read.answers).toEqual([]);
    expect(read.additionals).toEqual([]);
    expect(read.truncated).toBe(true);
  });

  it('shortens the additional section silently (RFC 2181 section 9)', () => {
    const value = { ...QUERY, answers: [addresses[0]], additionals: others, edns };
    const read = unwrap(parseMessage(emitMessage(value, 512)));
    expect(read.additionals).toEqual([]);
    expect(read.truncated).toBe(false);
    expect(read.edns).toEqual(edns);
  });

  it('takes the options before the OPT record', () => {
    const options = [{ code: EDNS_OPTION.EXTENDED_ERROR, data: new Uint8Array(600) }];
    const read = unwrap(parseMessage(emitMessage({ ...QUERY, edns: { ...edns, options } }, 512)));
    expect(read.edns).toEqual(edns);
  });

  it('is 65535 octets at most', () => {
    const large = { ...address('www.example', 0), type: TYPE.NULL, data: new Uint8Array(65_536) };
    const read = unwrap(parseMessage(emitMessage({ ...QUERY, answers: [large] }, 100_000)));
    expect(read).toMatchObject({ answers: [], truncated: true });
  });
});

describe('peekHeader', () => {
  it('agrees with the whole message', () => {
    fc.assert(
      fc.property(message, (value) => {
        const { id, response, opcode, truncated, rcode } = value;
        expect(peekHeader(emitMessage(value))).toEqual({
          id,
          response,
          opcode,
          truncated,
          rcode: rcode & 0xf,
        });
      }),
    );
  });
});
