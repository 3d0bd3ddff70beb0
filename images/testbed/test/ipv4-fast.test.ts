import { heapMemory } from '@atoll/device/frame';
import type { Ipv4Wire } from '@atoll/ipv4/fast';
import { fastIpv4, plainIpv4 } from '@atoll/ipv4/fast';
import { emptyIpv4Header } from '@atoll/ipv4/packet';
import { mutate } from '@atoll/sim/mutate';
import { Random } from '@atoll/sim/random';
import { beforeAll, describe, expect, it } from 'vitest';
import { nodeFastPaths } from '../src/fast.ts';
import { outcome, same } from './tcp/outcome.ts';

const ROUNDS = Number(process.env.ATOLL_FUZZ ?? 5000);
const CAPACITY = 96;

describe('fastIpv4', () => {
  let wire: Ipv4Wire;
  let actual: { bytes: Uint8Array; address: number };
  beforeAll(async () => {
    const fast = await nodeFastPaths(['bytes', 'ipv4']);
    wire = fastIpv4(fast);
    actual = fast.allocate(CAPACITY);
  });

  it('writes and reads headers as the reference does', () => {
    const random = new Random(791);
    const expected = heapMemory(CAPACITY);
    const [plainHeader, header] = [emptyIpv4Header(), emptyIpv4Header()];
    const seen = { thrown: 0, read: 0, refused: 0 };
    for (let round = 0; round < ROUNDS; round++) {
      const start = random.below(32);
      const sent = randomHeader(random);
      const written = outcome(() => plainIpv4.emit(expected, start, sent));
      same('emit', written, () => wire.emit(actual, start, sent));
      if (written !== undefined) {
        seen.thrown++;
        continue;
      }
      const end = start + 20;
      same('header', String(expected.bytes.slice(start, end)), () =>
        String(actual.bytes.slice(start, end)),
      );
      const original = expected.bytes.slice(start, start + 60);
      const damaged = random.chance(0.5) ? original : mutate(random, original).slice(0, 60);
      for (const { bytes } of [expected, actual]) bytes.set(damaged);
      const result = plainIpv4.parse(expected, 0, damaged.length, plainHeader);
      const reason = result.ok ? 'parsed' : result.error.reason;
      same('parse', reason, () => {
        const fastResult = wire.parse(actual, 0, damaged.length, header);
        return fastResult.ok ? 'parsed' : fastResult.error.reason;
      });
      if (result.ok) seen.read++;
      else seen.refused++;
      if (result.ok) same('header', JSON.stringify(plainHeader), () => JSON.stringify(header));
    }
    for (const [what, count] of Object.entries(seen)) {
      if (count < ROUNDS / 50) throw new Error(`only ${count} ${what}`);
    }
  });

  it('touches nothing outside of its region', () => {
    const header = { ...emptyIpv4Header(), timeToLive: 1 };
    for (const [start, end] of [
      [-1, 40],
      [0, CAPACITY + 1],
      [40, 39],
    ]) {
      expect(() => wire.parse(actual, start, end, header)).toThrow(RangeError);
    }
    for (const start of [-1, CAPACITY - 19]) {
      expect(() => wire.emit(actual, start, header)).toThrow(RangeError);
    }
    expect(() => wire.emit(actual, CAPACITY - 20, header)).not.toThrow();
  });
});

function randomHeader(random: Random) {
  const header = emptyIpv4Header();
  header.totalLength = random.chance(0.8) ? 20 + random.below(40) : random.below(0x1_1000);
  header.identification = random.below(0x1_0000);
  header.dontFragment = random.chance(0.5);
  header.moreFragments = random.chance(0.2);
  header.fragmentOffset = random.chance(0.2) ? random.below(0x2000) * 8 : 0;
  header.timeToLive = random.below(20) * 13;
  header.protocol = random.below(256);
  header.source = random.below(2 ** 32);
  header.destination = random.below(2 ** 32);
  return header;
}
