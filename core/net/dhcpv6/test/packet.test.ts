import { fromHex, toHex } from '@atoll/bytes/hex';
import { expect as unwrap } from '@atoll/result/result';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { duidText, linkLayerDuid, linkLayerTimeDuid, uuidDuid } from '../src/duid.ts';
import { type IdentityAssociation, iaOption, parseIa } from '../src/identity-association.ts';
import {
  addressesIn,
  addressesOption,
  domainsIn,
  OPTION,
  STATUS,
  statusOf,
  statusOption,
} from '../src/option.ts';
import { describeMessage, emitMessage, MESSAGE_TYPE, parseMessage } from '../src/packet.ts';

const bytes = (text: string) => fromHex(text) ?? new Uint8Array(0);

/** A Reply of a server: DUID-LL of both, one address, a status, a name server, a search domain. */
const REPLY = bytes(`
  07 123456
  0001 000a 00030001020000000001
  0002 000a 000300010200000000fe
  0003 0034 00000001 000003e8 00000640
    0005 0018 20010db8000000000000000000000100 000007d0 00000fa0
    000d 0008 0000 7468616e6b73
  0017 0010 20010db8000000000000000000000053
  0018 0005 036c616e00
`);

describe('a message', () => {
  it('is read as RFC 9915 writes it', () => {
    const message = unwrap(parseMessage(REPLY));
    expect(message).toMatchObject({ type: MESSAGE_TYPE.REPLY, transactionId: 0x123456 });
    expect(message.options.map(({ code }) => code)).toEqual([1, 2, 3, 23, 24]);
    expect(unwrap(parseIa(message.options[2].data))).toEqual({
      iaid: 1,
      t1: 1000,
      t2: 1600,
      addresses: [
        {
          address: (0x2001_0db8n << 96n) | 0x100n,
          preferredLifetime: 2000,
          validLifetime: 4000,
          status: { code: 0, message: '' },
        },
      ],
      status: { code: STATUS.SUCCESS, message: 'thanks' },
    });
  });

  it('is the same after parse and emit', () => {
    expect(emitMessage(unwrap(parseMessage(REPLY)))).toEqual(REPLY);
    const option = fc.record({ code: fc.nat(0xffff), data: fc.uint8Array({ maxLength: 40 }) });
    const message = fc.record({
      type: fc.integer({ min: 1, max: 11 }),
      transactionId: fc.nat(0xff_ffff),
      options: fc.array(option, { maxLength: 8 }),
    });
    fc.assert(
      fc.property(message, (one) => {
        expect(unwrap(parseMessage(emitMessage(one)))).toEqual(one);
      }),
    );
  });

  it.each([
    ['is empty', ''],
    ['has half a header', '0712'],
    ['is of relays', `0c00${'00'.repeat(32)}`],
    ['has type 0', '00123456'],
    ['has an option without a length', '07123456 0001'],
    ['has an option that is cut off', '07123456 0001 0002 00'],
  ])('that %s is refused', (_, text) => {
    expect(parseMessage(bytes(text))).toMatchObject({ ok: false, error: { blame: 'peer' } });
  });

  it('has one line for logs', () => {
    expect(describeMessage(unwrap(parseMessage(REPLY)))).toBe(
      'DHCPv6 reply 123456, client-id 00030001020000000001, server-id 000300010200000000fe, ' +
        'ia-na 1 2001:db8::100 for 4000 s, dns-servers 2001:db8::53, domain-list lan',
    );
    const options = [
      { code: OPTION.OPTION_REQUEST, data: Uint8Array.of(0, 23, 0, 99) },
      { code: OPTION.ELAPSED_TIME, data: Uint8Array.of(0, 150) },
      { code: OPTION.PREFERENCE, data: Uint8Array.of(255) },
      { code: OPTION.RAPID_COMMIT, data: new Uint8Array(0) },
      { code: OPTION.SOL_MAX_RT, data: Uint8Array.of(0, 0, 0, 60) },
      { code: OPTION.DNS_SERVERS, data: Uint8Array.of(1) },
      statusOption({ code: STATUS.NO_ADDRS_AVAIL, message: 'all\ngone' }),
      { code: 999, data: Uint8Array.of(1) },
    ];
    expect(describeMessage({ type: 1, transactionId: 1, options })).toBe(
      'DHCPv6 solicit 000001, option-request dns-servers,99, elapsed-time 1.5 s, preference 255, ' +
        'rapid-commit, sol-max-rt 60, dns-servers 01, status-code no-addrs-avail (all?gone), option-999 01',
    );
  });
});

describe('an identity association', () => {
  const u32 = fc.nat(0xffff_ffff);
  const status = fc.oneof(
    fc.constant({ code: 0, message: '' }),
    fc.record({ code: fc.integer({ min: 1, max: 6 }), message: fc.string({ unit: 'grapheme' }) }),
  );
  const address = fc.record({
    address: fc.bigInt(0n, (1n << 128n) - 1n),
    preferredLifetime: u32,
    validLifetime: u32,
    status,
  });
  const association = fc.record<IdentityAssociation>({
    iaid: u32,
    t1: u32,
    t2: u32,
    addresses: fc.array(address, { maxLength: 4 }),
    status,
  });

  it('is the same after emit and parse', () => {
    fc.assert(
      fc.property(association, (one) => {
        expect(unwrap(parseIa(iaOption(one).data))).toEqual(one);
      }),
    );
  });

  it.each([
    ['is cut off', '00000001 00000000 000000'],
    ['has an option that is cut off', '00000001 00000000 00000000 0005'],
    ['has an address that is cut off', `00000001 00000000 00000000 0005 0017 ${'00'.repeat(23)}`],
    [
      'has an address with half an option',
      `00000001 00000000 00000000 0005 0019 ${'00'.repeat(25)}`,
    ],
  ])('that %s is refused', (_, text) => {
    expect(parseIa(bytes(text)).ok).toBe(false);
  });
});

describe('a list of addresses', () => {
  it('is the same after emit and parse', () => {
    const list = [0n, 1n, (1n << 128n) - 1n];
    expect(addressesIn(addressesOption(OPTION.DNS_SERVERS, list).data)).toEqual(list);
    expect(addressesIn(new Uint8Array(17))).toBeUndefined();
  });
});

describe('a status', () => {
  it('is success when there is none, or none that can be read', () => {
    expect(statusOf([])).toEqual({ code: 0, message: '' });
    expect(statusOf([{ code: OPTION.STATUS_CODE, data: Uint8Array.of(1) }]).code).toBe(0);
  });
});

describe('a list of domains', () => {
  it.each([
    ['nothing', '', []],
    ['two names', '036c616e00 016200', ['lan', 'b']],
    ['padding', '036c616e00 00', undefined],
    ['half a name', '036c616e00 01', undefined],
  ])('with %s is all or nothing', (_, text, names) => {
    expect(domainsIn(bytes(text))).toEqual(names);
  });
});

describe('a DUID', () => {
  it('may be of the hardware address, with or without a time, or of a UUID', () => {
    expect(toHex(linkLayerDuid(0x0200_0000_0001))).toBe('00030001020000000001');
    expect(toHex(linkLayerTimeDuid(0x0200_0000_0001, 0x2b3c4d5e))).toBe(
      '000100012b3c4d5e020000000001',
    );
    expect(duidText(uuidDuid(new Uint8Array(16).fill(7)))).toBe(`00:04${':07'.repeat(16)}`);
    expect(() => uuidDuid(new Uint8Array(15))).toThrow(RangeError);
  });
});
