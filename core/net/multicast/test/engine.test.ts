import { Random } from '@atoll/sim/random';
import { describe, expect, it } from 'vitest';
import type { Outgoing } from '../src/dialect.ts';
import { Membership } from '../src/engine.ts';
import { ALL_SYSTEMS, IGMP } from '../src/igmp/dialect.ts';
import type { IgmpMessage, IgmpQuery } from '../src/igmp/packet.ts';
import { emitIgmp, LEAVE, QUERY, V1_REPORT, V2_REPORT, V3_REPORT } from '../src/igmp/packet.ts';
import { MLD } from '../src/mld/dialect.ts';
import type { MldMessage } from '../src/mld/packet.ts';
import * as mld from '../src/mld/packet.ts';
import {
  CHANGE_TO_EXCLUDE,
  CHANGE_TO_INCLUDE,
  MODE_IS_EXCLUDE,
  MODE_IS_INCLUDE,
} from '../src/record.ts';

const GROUP = 0xef01_0203;
const OTHER = 0xef01_0204;
const ROUTERS = 0xe000_0016;

type Igmp = Membership<number, IgmpMessage>;

function member(seed = 1, capacity = 64): Igmp {
  return new Membership(IGMP, { entropy: new Random(seed), capacity });
}

/** One that has been in `groups` for long. */
function settled(seed = 1, groups = [GROUP]): Igmp {
  const membership = member(seed);
  for (const group of groups) membership.join(group);
  run(membership, 0, 10_000);
  return membership;
}

function run(membership: Igmp, from: number, until: number) {
  const log: { now: number; sent: Outgoing<number, IgmpMessage> }[] = [];
  for (let now = from; now <= until; now = membership.nextTimeout) {
    const time = Math.max(now, from);
    for (const sent of membership.poll(time)) log.push({ now: time, sent });
  }
  return log;
}

function query(version: 1 | 2 | 3, change: Partial<IgmpQuery> = {}): IgmpQuery {
  const none = { isSuppressed: false, robustness: 0, interval: 0, sources: [] };
  return { type: QUERY, version, maxResponse: 100, group: 0, ...none, ...change };
}

function reported(type: number, group = GROUP, sources: number[] = []) {
  const message = { type: V3_REPORT, records: [{ type, group, sources }] };
  return { destination: ROUTERS, message };
}

describe('joining and leaving', () => {
  it('is told at once, and again within a second', () => {
    const membership = member();
    expect(membership.join(GROUP)).toBe(true);
    const log = run(membership, 1000, 60_000);
    expect(log.map(({ sent }) => sent)).toEqual([
      reported(CHANGE_TO_EXCLUDE),
      reported(CHANGE_TO_EXCLUDE),
    ]);
    expect(log[0].now).toBe(1000);
    expect(log[1].now).toBeLessThanOrEqual(2000);
    membership.leave(GROUP);
    expect(run(membership, 60_000, 120_000).map(({ sent }) => sent)).toEqual([
      reported(CHANGE_TO_INCLUDE),
      reported(CHANGE_TO_INCLUDE),
    ]);
    expect(membership.nextTimeout).toBe(Number.POSITIVE_INFINITY);
  });

  it('is counted', () => {
    const membership = settled();
    membership.join(GROUP);
    membership.leave(GROUP);
    expect([membership.has(GROUP), run(membership, 10_000, 60_000)]).toEqual([true, []]);
    membership.leave(GROUP);
    expect(membership.has(GROUP)).toBe(false);
    expect(() => membership.leave(GROUP)).toThrow();
  });

  it('ends what was to be told before', () => {
    const membership = member();
    membership.join(GROUP);
    membership.poll(0);
    membership.leave(GROUP);
    const types = run(membership, 0, 60_000).map(({ sent }) => sent);
    expect(types).toEqual([reported(CHANGE_TO_INCLUDE), reported(CHANGE_TO_INCLUDE)]);
  });

  it('is not told of the group that everybody is in', () => {
    const membership = member();
    membership.join(ALL_SYSTEMS);
    membership.handle(query(3), 0);
    expect([membership.has(ALL_SYSTEMS), run(membership, 0, 60_000)]).toEqual([true, []]);
    membership.leave(ALL_SYSTEMS);
    expect([membership.has(ALL_SYSTEMS), run(membership, 0, 60_000)]).toEqual([false, []]);
  });

  it('is bounded', () => {
    const membership = member(1, 2);
    expect([GROUP, OTHER, OTHER + 1].map((group) => membership.join(group))).toEqual([
      true,
      true,
      false,
    ]);
    expect([membership.join(GROUP), membership.has(OTHER + 1)]).toEqual([true, false]);
  });

  it('is told again when the link is another one', () => {
    const membership = settled();
    membership.refresh();
    expect(run(membership, 10_000, 60_000).length).toBe(2);
  });

  it('is told as often as routers want', () => {
    const membership = settled();
    membership.handle(query(3, { robustness: 5, group: OTHER }), 10_000);
    membership.join(OTHER);
    expect(run(membership, 10_000, 60_000).length).toBe(5);
  });
});

describe('queries', () => {
  it('about all groups are answered once, at a random time within what is allowed', () => {
    const times = new Set<number>();
    for (let seed = 0; seed < 40; seed++) {
      const membership = settled(seed, [GROUP, OTHER]);
      membership.handle(query(3), 10_000);
      membership.handle(query(3), 10_001);
      const log = run(membership, 10_000, 60_000);
      const records = [GROUP, OTHER].map((group) => {
        return { type: MODE_IS_EXCLUDE, group, sources: [] };
      });
      const message = { type: V3_REPORT, records };
      expect(log.map(({ sent }) => sent)).toEqual([{ destination: ROUTERS, message }]);
      times.add(log[0].now);
    }
    expect(Math.min(...times)).toBeGreaterThanOrEqual(10_000);
    expect(Math.max(...times)).toBeLessThanOrEqual(20_001);
    expect(times.size).toBeGreaterThan(30);
  });

  it('about one group are answered for it', () => {
    const membership = settled(1, [GROUP, OTHER]);
    membership.handle(query(3, { group: OTHER, maxResponse: 10 }), 10_000);
    const log = run(membership, 10_000, 60_000);
    expect(log.map(({ sent }) => sent)).toEqual([reported(MODE_IS_EXCLUDE, OTHER)]);
    expect(log[0].now).toBeLessThanOrEqual(11_000);
  });

  it('about sources of a group are answered with them', () => {
    const membership = settled();
    membership.handle(query(3, { group: GROUP, sources: [1, 2] }), 10_000);
    membership.handle(query(3, { group: GROUP, sources: [2, 3] }), 10_000);
    const [{ sent }] = run(membership, 10_000, 60_000);
    expect(sent).toEqual(reported(MODE_IS_INCLUDE, GROUP, [1, 2, 3]));
  });

  it.each([
    ['a query about all of them', [[1], []]],
    ['a query about all of them before', [[], [1]]],
    ['too many', [Array.from({ length: 33 }, (_, source) => source)]],
  ])('about sources are answered for all of them after %s', (_, lists) => {
    const membership = settled();
    for (const sources of lists) membership.handle(query(3, { group: GROUP, sources }), 10_000);
    const log = run(membership, 10_000, 60_000);
    expect(log.map(({ sent }) => sent)).toEqual([reported(MODE_IS_EXCLUDE)]);
  });

  it('about groups of others are not answered', () => {
    const membership = settled();
    membership.handle(query(3, { group: OTHER }), 10_000);
    expect(run(membership, 10_000, 60_000)).toEqual([]);
  });

  it('are not answered for a group that was left', () => {
    const membership = settled();
    membership.leave(GROUP);
    membership.handle(query(3, { group: GROUP }), 10_000);
    const types = run(membership, 10_000, 60_000).map(({ sent }) => sent);
    expect(types).toEqual([reported(CHANGE_TO_INCLUDE), reported(CHANGE_TO_INCLUDE)]);
  });

  it('in masses do not get as many answers', () => {
    const membership = settled();
    let sent = 0;
    for (let now = 10_000; now < 20_000; now++) {
      membership.handle(query(3, { maxResponse: 0 }), now);
      sent += membership.poll(now).length;
    }
    // One each that many milliseconds on average, however many are asked for.
    expect(sent).toBeLessThan(2000);
    expect(sent).toBeGreaterThan(0);
  });

  it('with many groups are answered in packets that fit', () => {
    const groups = Array.from({ length: 64 }, (_, index) => GROUP + index);
    const membership = settled(1, groups);
    membership.handle(query(3), 10_000);
    const log = run(membership, 10_000, 60_000);
    expect(log.length).toBe(2);
    for (const { sent } of log) {
      expect(emitIgmp(sent.message).length).toBeLessThanOrEqual(1280 - 24);
    }
  });
});

describe('older routers', () => {
  const report2 = { destination: GROUP, message: { type: V2_REPORT, group: GROUP } };
  const leave = { destination: 0xe000_0002, message: { type: LEAVE, group: GROUP } };

  it('of version 2 are answered and told in their version', () => {
    const membership = settled();
    membership.handle(query(2), 10_000);
    expect(membership.version).toBe(2);
    const log = run(membership, 10_000, 30_000);
    expect(log.map(({ sent }) => sent)).toEqual([report2]);
    expect(log[0].now).toBeLessThanOrEqual(20_000);
    membership.leave(GROUP);
    expect(run(membership, 30_000, 40_000).map(({ sent }) => sent)).toEqual([leave]);
    membership.join(GROUP);
    expect(run(membership, 40_000, 60_000).map(({ sent }) => sent)).toEqual([report2, report2]);
  });

  it('of version 1 know no leaving', () => {
    const membership = settled();
    membership.handle(query(1), 10_000);
    membership.handle(query(2), 10_000);
    const report1 = { destination: GROUP, message: { type: V1_REPORT, group: GROUP } };
    expect(run(membership, 10_000, 30_000).map(({ sent }) => sent)).toEqual([report1]);
    membership.leave(GROUP);
    expect(run(membership, 30_000, 60_000)).toEqual([]);
  });

  it('need one report of all members', () => {
    const membership = settled();
    membership.handle(query(2), 10_000);
    membership.handle({ type: V2_REPORT, group: GROUP }, 10_000);
    expect(run(membership, 10_000, 30_000)).toEqual([]);
    // The other one is still there, so there is nothing to tell.
    membership.leave(GROUP);
    expect(run(membership, 30_000, 60_000)).toEqual([]);
  });

  it('are forgotten when they are silent for long', () => {
    const membership = settled();
    membership.handle(query(2), 10_000);
    run(membership, 10_000, 269_999);
    expect(membership.version).toBe(2);
    run(membership, 269_999, 270_000);
    expect(membership.version).toBe(3);
    membership.handle(query(3), 270_000);
    const [{ sent }] = run(membership, 270_000, 300_000);
    expect(sent).toEqual(reported(MODE_IS_EXCLUDE));
  });

  it('do not hear what was to be told in the new version', () => {
    const membership = settled();
    membership.handle(query(3), 10_000);
    membership.handle(query(2, { maxResponse: 1 }), 10_000);
    expect(run(membership, 10_000, 60_000).map(({ sent }) => sent)).toEqual([report2]);
  });

  it('are the only reason to listen to other members', () => {
    const membership = settled();
    membership.handle(query(3), 10_000);
    membership.handle({ type: V2_REPORT, group: GROUP }, 10_000);
    expect(run(membership, 10_000, 60_000).length).toBe(1);
  });
});

describe('MLD', () => {
  const group = (0xff05n << 112n) | 2n;

  function speaks(groups: bigint[]): Membership<bigint, MldMessage> {
    const membership = new Membership(MLD, { entropy: new Random(1) });
    for (const each of groups) membership.join(each);
    return membership;
  }

  it('says the same in its own words', () => {
    const membership = speaks([group]);
    const records = [{ type: CHANGE_TO_EXCLUDE, group, sources: [] }];
    const message = { type: mld.V2_REPORT, records };
    expect(membership.poll(0)).toEqual([{ destination: (0xff02n << 112n) | 0x16n, message }]);
  });

  it('is silent about groups of everybody and of one interface', () => {
    const silent = [(0xff02n << 112n) | 1n, (0xff01n << 112n) | 5n, (0xff00n << 112n) | 5n];
    const membership = speaks(silent);
    expect(membership.poll(0)).toEqual([]);
    expect(silent.every((each) => membership.has(each))).toBe(true);
  });

  it('speaks version 1 with older routers', () => {
    const membership = speaks([group]);
    const none = { isSuppressed: false, robustness: 0, interval: 0, sources: [] };
    membership.handle({ type: mld.QUERY, version: 1, maxResponse: 1000, group, ...none }, 0);
    const sent = [];
    for (let now = 0; now < 5000; now += 100) sent.push(...membership.poll(now));
    expect(sent).toEqual([{ destination: group, message: { type: mld.V1_REPORT, group } }]);
    membership.leave(group);
    const destination = (0xff02n << 112n) | 2n;
    expect(membership.poll(5000)).toEqual([{ destination, message: { type: mld.DONE, group } }]);
  });
});
