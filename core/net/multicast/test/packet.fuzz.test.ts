import { internetChecksum } from '@atoll/bytes/checksum';
import { writeU16 } from '@atoll/bytes/field';
import { mutate } from '@atoll/sim/mutate';
import { Random } from '@atoll/sim/random';
import { describe, expect, it } from 'vitest';
import { Membership } from '../src/engine.ts';
import { IGMP } from '../src/igmp/dialect.ts';
import type { IgmpMessage } from '../src/igmp/packet.ts';
import * as igmp from '../src/igmp/packet.ts';
import { MLD } from '../src/mld/dialect.ts';
import type { MldMessage } from '../src/mld/packet.ts';
import * as mld from '../src/mld/packet.ts';

const INPUTS = Number(process.env.ATOLL_FUZZ ?? 5000);
const ENVELOPE = { source: 0xfe80n << 112n, hopLimit: 1, routerAlert: 0 };

describe('IGMP', () => {
  it('takes any bytes, and answers no more than it may', () => {
    const random = new Random(0x16);
    const membership = new Membership(IGMP, { entropy: random, capacity: 8 });
    let parsed = 0;
    let sent = 0;
    for (let input = 0; input < INPUTS; input++) {
      const group = 0xef00_0000 + random.below(16);
      if (random.chance(0.1)) membership.join(group);
      if (random.chance(0.1) && membership.has(group)) membership.leave(group);
      const valid = igmp.emitIgmp(someIgmp(random, group));
      const bytes = random.chance(0.1) ? random.bytes(random.below(64)) : mutate(random, valid);
      if (bytes.length >= 4 && random.chance(0.9)) {
        writeU16(bytes, 2, 0);
        writeU16(bytes, 2, internetChecksum(bytes, 0, bytes.length));
      }
      const result = igmp.parseIgmp(bytes);
      if (result.ok) {
        parsed++;
        expect(igmp.describeIgmp(result.value).length).toBeLessThan(100);
        membership.handle(result.value, input * 10);
      }
      for (const { message } of membership.poll(input * 10)) {
        sent++;
        expect(igmp.parseIgmp(igmp.emitIgmp(message)).ok).toBe(true);
      }
    }
    expect(parsed).toBeGreaterThan(INPUTS / 10);
    expect(sent).toBeGreaterThan(0);
  });
});

describe('MLD', () => {
  it('takes any bytes, and answers no more than it may', () => {
    const random = new Random(0x17);
    const membership = new Membership(MLD, { entropy: random, capacity: 8 });
    let parsed = 0;
    let sent = 0;
    for (let input = 0; input < INPUTS; input++) {
      const group = (0xff05n << 112n) + BigInt(random.below(16));
      if (random.chance(0.1)) membership.join(group);
      if (random.chance(0.1) && membership.has(group)) membership.leave(group);
      const valid = mld.emitMld(someMld(random, group));
      const body = random.chance(0.1) ? random.bytes(random.below(64)) : mutate(random, valid.body);
      const rest = random.chance(0.5) ? valid.rest : random.below(2 ** 32);
      const result = mld.parseMld({ ...valid, rest, body }, ENVELOPE);
      if (result.ok) {
        parsed++;
        expect(mld.describeMld(result.value).length).toBeLessThan(100);
        membership.handle(result.value, input * 10);
      }
      for (const { message } of membership.poll(input * 10)) {
        sent++;
        expect(mld.emitMld(message).body.length).toBeLessThanOrEqual(1280 - 56);
      }
    }
    expect(parsed).toBeGreaterThan(INPUTS / 10);
    expect(sent).toBeGreaterThan(0);
  });
});

function someIgmp(random: Random, group: number): IgmpMessage {
  const sources = Array.from({ length: random.below(6) }, () => random.below(2 ** 32));
  const none = { isSuppressed: false, robustness: 0, interval: 0, sources: [] };
  const records = [{ type: 1 + random.below(6), group, sources }];
  const maxResponse = random.below(200);
  return random.pick<IgmpMessage>([
    { type: igmp.QUERY, version: 2, maxResponse, group, ...none },
    { type: igmp.QUERY, version: 3, maxResponse, group, ...none, robustness: 7, sources },
    { type: igmp.V2_REPORT, group },
    { type: igmp.V3_REPORT, records },
  ]);
}

function someMld(random: Random, group: bigint): MldMessage {
  const sources = Array.from({ length: random.below(6) }, () => BigInt(random.below(2 ** 32)));
  const none = { isSuppressed: false, robustness: 0, interval: 0, sources: [] };
  const records = [{ type: 1 + random.below(6), group, sources }];
  const maxResponse = random.below(20_000);
  return random.pick<MldMessage>([
    { type: mld.QUERY, version: 1, maxResponse, group, ...none },
    { type: mld.QUERY, version: 2, maxResponse, group, ...none, robustness: 7, sources },
    { type: mld.V1_REPORT, group },
    { type: mld.V2_REPORT, records },
  ]);
}
