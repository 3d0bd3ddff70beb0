import { fromHex } from '@atoll/bytes/hex';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BROADCAST_MAC } from '../src/address.ts';
import { describeEthernet, ETHERTYPE_ARP, emitEthernet, parseEthernet } from '../src/packet.ts';

const FRAME = fromHex('ffffffffffff 020000000001 0806 0001') ?? new Uint8Array();
const HEADER = { destination: BROADCAST_MAC, source: 0x0200_0000_0001, etherType: ETHERTYPE_ARP };

describe('parseEthernet', () => {
  it('reads the three fields', () => {
    expect(parseEthernet(FRAME)).toEqual({ ok: true, value: HEADER });
  });

  it('refuses frames that end in the header', () => {
    expect(parseEthernet(FRAME, 13).ok).toBe(false);
    expect(parseEthernet(FRAME, 14).ok).toBe(true);
  });

  it('refuses frames with a length', () => {
    expect(parseEthernet(fromHex('ffffffffffff 020000000001 05ff') ?? FRAME).ok).toBe(false);
    expect(parseEthernet(fromHex('ffffffffffff 020000000001 0600') ?? FRAME).ok).toBe(true);
  });

  it('reads what emitEthernet writes', () => {
    const mac = fc.nat(BROADCAST_MAC);
    const type = fc.integer({ min: 0x600, max: 0xffff });
    fc.assert(
      fc.property(mac, mac, type, (destination, source, etherType) => {
        const bytes = new Uint8Array(14);
        emitEthernet(bytes, destination, source, etherType);
        const value = { destination, source, etherType };
        expect(parseEthernet(bytes)).toEqual({ ok: true, value });
      }),
    );
  });
});

describe('describeEthernet', () => {
  it('is one line', () => {
    expect(describeEthernet(HEADER)).toBe('02:00:00:00:00:01 > ff:ff:ff:ff:ff:ff type 0x0806');
  });
});
