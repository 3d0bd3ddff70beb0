import { fromHex } from '@atoll/bytes/hex';
import { mutate } from '@atoll/sim/mutate';
import { Random } from '@atoll/sim/random';
import { describe, expect, it } from 'vitest';
import { ipv6Text, parseIpv6 as parseAddress } from '../src/address.ts';
import { emptyChain, FRAGMENT } from '../src/chain.ts';
import { walkExtensions } from '../src/extension.ts';
import { describeIpv6, emptyIpv6Header, parseIpv6 } from '../src/packet.ts';
import { parseIpv6Prefix } from '../src/prefix.ts';
import { Reassembly } from '../src/reassembly.ts';
import { findUpperLayer } from '../src/upper-layer.ts';
import { packet } from './support.ts';

const INPUTS = Number(process.env.ATOLL_FUZZ ?? 5000);

/** Extension headers and a payload, of all kinds. */
function headers(random: Random): { first: number; behind: Uint8Array } {
  if (random.chance(0.3)) return { first: FRAGMENT, behind: half(random) };
  let behind = random.bytes(8 * (1 + random.below(4)));
  let first = random.pick([6, 17, 58, 59]);
  for (let count = random.below(4); count > 0; count--) {
    const kind = random.pick([0, 43, 44, 60]);
    const options = { 0: '05020000010000', 43: '00020000000000', 60: '0104000000001e' };
    const header = new Uint8Array(8);
    header[0] = first;
    if (kind === FRAGMENT) {
      header.set([random.below(2), random.below(256) & 0xf9, 0, 0, 0, random.below(4)], 2);
    } else header.set((fromHex(options[kind as 0 | 43 | 60]) ?? header).subarray(0, 6), 2);
    const longer = new Uint8Array(8 + behind.length);
    longer.set(header);
    longer.set(behind, 8);
    behind = longer;
    first = kind;
  }
  return { first, behind };
}

/** One of two fragments that belong together, of a few packets. */
function half(random: Random): Uint8Array {
  const behind = random.bytes(16);
  const isFirst = random.chance(0.5);
  behind.set([17, 0, 0, isFirst ? 1 : 8, 1, 1, 1, random.below(32)]);
  return behind;
}

describe('IPv6', () => {
  it('takes any bytes, and keeps no more of them than it may', () => {
    const random = new Random(6);
    const reassembly = new Reassembly({ datagrams: 16, bytes: 10_000 });
    const header = emptyIpv6Header();
    const chain = emptyChain();
    const kinds = new Map<string, number>();
    let wholes = 0;
    for (let input = 0; input < INPUTS; input++) {
      const now = input * 1000;
      const { first, behind } = headers(random);
      const valid = packet(first, behind).bytes;
      const damaged = random.chance(0.5) ? mutate(random, valid) : valid;
      const bytes = random.chance(0.05) ? random.bytes(random.below(99)) : damaged;
      if (!parseIpv6({ bytes, address: 0 }, 0, bytes.length, header).ok) continue;
      const end = 40 + header.payloadLength;
      if (end > bytes.length) throw new Error(describeIpv6(header));
      walkExtensions(bytes, 0, header, chain);
      kinds.set(chain.kind, (kinds.get(chain.kind) ?? 0) + 1);
      const { kind, start, pointer } = chain;
      if ((kind === 'payload' || kind === 'fragment') && (start < 40 || start > end)) {
        throw new Error(`the payload is at ${start} of ${end}`);
      }
      if (kind === 'problem' && pointer >= bytes.length) throw new Error(`pointer ${pointer}`);
      const upper = findUpperLayer(bytes, 40, end, header.nextHeader);
      if (upper.start > end) throw new Error(`the upper layer is at ${upper.start} of ${end}`);
      if (kind === 'fragment') {
        const whole = reassembly.handle(header, chain, bytes, 0, now);
        if (whole !== undefined) {
          wholes++;
          const parsed = parseIpv6({ bytes: whole, address: 0 }, 0, whole.length, header);
          if (!parsed.ok || header.payloadLength + 40 !== whole.length) throw new Error('whole');
        }
      }
      if (reassembly.bytes > 10_000) throw new Error(`${reassembly.bytes} bytes`);
      reassembly.poll(now);
    }
    for (const kind of ['payload', 'fragment', 'nothing', 'problem', 'drop']) {
      expect([kind, (kinds.get(kind) ?? 0) > INPUTS / 100]).toEqual([kind, true]);
    }
    expect(wholes).toBeGreaterThan(INPUTS / 200);
  });

  it('takes any text for an address or refuses it', () => {
    const random = new Random(7);
    const samples = ['2001:db8::1', '::ffff:192.0.2.1', 'fe80::1/64', '1:2:3:4:5:6:7:8', '::'];
    let parsed = 0;
    for (let input = 0; input < INPUTS; input++) {
      const bytes = Uint8Array.from(random.pick(samples), (character) => character.charCodeAt(0));
      const text = String.fromCharCode(...mutate(random, bytes));
      parseIpv6Prefix(text);
      const address = parseAddress(text);
      if (!address.ok) continue;
      parsed++;
      const again = parseAddress(ipv6Text(address.value));
      if (!again.ok || again.value !== address.value) throw new Error(text);
      if (address.value >> 128n !== 0n) throw new Error(text);
    }
    expect(parsed).toBeGreaterThan(INPUTS / 100);
  });
});
