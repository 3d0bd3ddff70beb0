import { describe, expect, it } from 'vitest';
import { encodeReply, NOERROR, NXDOMAIN, parseQuery } from '../src/agent/dns/message.ts';
import { encodeData, parseRecord, TYPE_NUMBERS } from '../src/agent/dns/record.ts';
import { Zone } from '../src/agent/dns/zone.ts';

const { A, AAAA, TXT } = TYPE_NUMBERS;

const zone = new Zone({
  records: [
    'example 600 SOA ns.example hostmaster.example 1 3600 600 86400 60',
    'www.example 300 A 192.0.2.1',
    'first.example 300 CNAME www.example',
    'dangling.example 300 CNAME nowhere.example',
    'loop.example 300 CNAME loop.example',
    'many.example 300 A 192.0.2.2',
    `long.example 300 TXT ${'x'.repeat(600)}`,
  ],
  wildcards: ['many.example'],
});

/** A query for www.example A with ID 0x1234, without EDNS. */
const QUERY = Buffer.from(
  '123401000001000000000000' + '03777777076578616d706c6500' + '00010001',
  'hex',
);

/** A root OPT record that takes 4096 octets. */
const OPT = Buffer.from('0000291000000000000000', 'hex');

describe('Zone', () => {
  const lines = (name: string, type: number) =>
    zone.reply(name, type).answer.map((record) => `${record.name} ${record.type} ${record.data}`);

  it('answers a record', () => {
    expect(zone.reply('www.example', A).rcode).toBe(NOERROR);
    expect(lines('www.example', A)).toEqual(['www.example A 192.0.2.1']);
  });

  it('follows aliases', () => {
    expect(lines('first.example', A)).toEqual([
      'first.example CNAME www.example',
      'www.example A 192.0.2.1',
    ]);
  });

  it('tells a name without records of a type from a name that does not exist', () => {
    for (const [name, type, rcode] of [
      ['www.example', AAAA, NOERROR],
      ['missing.example', A, NXDOMAIN],
      ['dangling.example', A, NXDOMAIN],
    ] as const) {
      expect(zone.reply(name, type)).toMatchObject({ rcode, authority: [{ type: 'SOA' }] });
    }
  });

  it('ends a loop of aliases', () => {
    expect(zone.reply('loop.example', A).answer.length).toBeLessThan(100);
  });

  it('gives the records of a wildcard to all below it', () => {
    expect(lines('host7.many.example', A)).toEqual(['host7.many.example A 192.0.2.2']);
  });
});

describe('messages', () => {
  it('reads a query', () => {
    const query = parseQuery(QUERY);
    expect(query).toMatchObject({ id: 0x1234, name: 'www.example', type: A });
    expect(query).toMatchObject({ edns: false, limit: 512 });
  });

  it('reads how much the asker takes', () => {
    const query = Buffer.concat([QUERY, OPT]);
    query[11] = 1;
    expect(parseQuery(query)).toMatchObject({ edns: true, limit: 4096 });
  });

  it('writes an answer octet by octet', () => {
    const query = parseQuery(QUERY);
    expect(encodeReply(query, zone.reply(query.name, query.type)).toString('hex')).toBe(
      '123481800001000100000000' +
        '03777777076578616d706c650000010001' +
        '03777777076578616d706c650000010001' +
        '0000012c0004c0000201',
    );
  });

  it('says that an answer is too long', () => {
    const query = parseQuery(QUERY);
    const reply = encodeReply(query, zone.reply('long.example', TXT));
    expect(reply.readUInt16BE(2) & 0x0200).toBe(0x0200);
    expect(reply.length).toBe(QUERY.length);
  });

  it('writes each type of data', () => {
    const hex = (type: string, data: string) => encodeData(type, data).toString('hex');
    expect(hex('AAAA', '2001:db8::1')).toBe('20010db8000000000000000000000001');
    expect(hex('MX', '10 a.b')).toBe('000a0161016200');
    expect(hex('TXT', 'y'.repeat(256))).toBe(`ff${'79'.repeat(255)}0179`);
    expect(hex('SOA', 'a b 1 2 3 4 5')).toBe(
      '016100016200' + '0000000100000002000000030000000400000005',
    );
  });

  it('refuses a record that it cannot write', () => {
    expect(() => parseRecord('www.example 300 LOC 52 N')).toThrow('no record');
  });
});
