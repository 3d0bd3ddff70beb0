import { fromHex, toHex } from '@atoll/bytes/hex';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ArpPacket } from '../src/packet.ts';
import { ARP_LENGTH, describeArp, emitArp, parseArp, REPLY, REQUEST } from '../src/packet.ts';

const HEX = '0001080006040001020000000001c0000201000000000000c0000202';
const PACKET: ArpPacket = {
  operation: REQUEST,
  senderMac: 0x0200_0000_0001,
  senderAddress: 0xc000_0201,
  targetMac: 0,
  targetAddress: 0xc000_0202,
};

function bytesOf(hex: string): Uint8Array {
  return fromHex(hex) ?? new Uint8Array();
}

describe('parseArp', () => {
  it('reads a request, with and without padding', () => {
    expect(parseArp(bytesOf(HEX))).toEqual({ ok: true, value: PACKET });
    expect(parseArp(bytesOf(`${HEX}${'00'.repeat(18)}`))).toEqual({ ok: true, value: PACKET });
  });

  it.each([
    ['a truncated packet', HEX.slice(0, -2)],
    ['another kind of hardware', HEX.replace('0001', '0006')],
    ['another protocol', HEX.replace('0800', '86dd')],
    ['addresses of other lengths', HEX.replace('0604', '0804')],
    ['operation 0', HEX.replace('06040001', '06040000')],
    ['operation 3', HEX.replace('06040001', '06040003')],
  ])('refuses %s', (_, hex) => {
    expect(parseArp(bytesOf(hex))).toMatchObject({ ok: false, error: { blame: 'peer' } });
  });

  it('reads what emitArp writes', () => {
    const mac = fc.nat(0xffff_ffff_ffff);
    const address = fc.nat(0xffff_ffff);
    const packet = fc.record({
      operation: fc.constantFrom<typeof REQUEST | typeof REPLY>(REQUEST, REPLY),
      senderMac: mac,
      senderAddress: address,
      targetMac: mac,
      targetAddress: address,
    });
    fc.assert(
      fc.property(packet, (value) => {
        const bytes = new Uint8Array(ARP_LENGTH + 2);
        emitArp(bytes, 1, value);
        expect(parseArp(bytes, 1, 1 + ARP_LENGTH)).toEqual({ ok: true, value });
      }),
    );
  });
});

describe('emitArp', () => {
  it('writes the bytes of RFC 826', () => {
    const bytes = new Uint8Array(ARP_LENGTH);
    emitArp(bytes, 0, PACKET);
    expect(toHex(bytes)).toBe(HEX);
  });
});

describe('describeArp', () => {
  it('is one line', () => {
    expect(describeArp(PACKET)).toBe('ARP who-has 192.0.2.2 tell 192.0.2.1');
    expect(describeArp({ ...PACKET, operation: REPLY })).toBe(
      'ARP 192.0.2.1 is-at 02:00:00:00:00:01',
    );
  });
});
