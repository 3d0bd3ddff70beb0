import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LOST, MOST_RANGES, SACKED, Scoreboard, SENT } from '../../src/recovery/scoreboard.ts';

/** Where sequence numbers wrap around. */
const BASE = 0xffff_ff00;
const at = (offset: number) => (BASE + offset) >>> 0;

/** The ranges as `S0-10 r` and so on: state, offsets, and whether it was sent again. */
function show(board: Scoreboard): string[] {
  const lines: string[] = [];
  for (let range = board.first; range !== undefined; range = range.next) {
    const state = { [SENT]: 'sent', [SACKED]: 'sacked', [LOST]: 'lost' }[range.state];
    const start = (range.start - BASE) | 0;
    lines.push(
      `${state} ${start}-${(range.end - BASE) | 0}${range.isRetransmitted ? ' again' : ''}`,
    );
  }
  return lines;
}

function sent(count: number): Scoreboard {
  const board = new Scoreboard();
  board.clear(at(0));
  for (let index = 0; index < count; index++) board.add(at(index * 10), at(index * 10 + 10), index);
  return board;
}

describe('Scoreboard', () => {
  it('makes one range of what is sent at the same time', () => {
    const board = new Scoreboard();
    board.clear(at(0));
    board.add(at(0), at(10), 5);
    board.add(at(10), at(20), 5);
    board.add(at(20), at(30), 6);
    expect(show(board)).toEqual(['sent 0-20', 'sent 20-30']);
  });

  it('knows in which order things were sent at the same time', () => {
    const board = new Scoreboard();
    board.clear(at(0));
    board.add(at(0), at(10), 5);
    board.markAllLost();
    board.add(at(10), at(20), 7);
    board.resend(board.firstLost as NonNullable<typeof board.first>, 10, 7);
    board.add(at(20), at(30), 7);
    expect(show(board)).toEqual(['sent 0-10 again', 'sent 10-20', 'sent 20-30']);
    const runs = [board.first?.run, board.first?.next?.run, board.last?.run] as number[];
    expect(runs[1]).toBeLessThan(runs[0]);
    expect(runs[0]).toBeLessThan(runs[2]);
  });

  it('drops what is acknowledged, also a part', () => {
    const board = sent(4);
    board.begin(9);
    board.acknowledge(at(15));
    expect(show(board)).toEqual(['sent 15-20', 'sent 20-30', 'sent 30-40']);
    expect(board).toMatchObject({
      delivered: 15,
      oldestSentAt: 0,
      latestSentAt: 1,
      latestEnd: at(15),
    });
    board.acknowledge(at(40));
    expect(show(board)).toEqual([]);
    expect(board.last).toBeUndefined();
  });

  it('cuts ranges at what is reported, and joins what is reported', () => {
    const board = sent(4);
    board.begin(9);
    board.sack(at(12), at(18));
    expect(show(board)).toEqual([
      'sent 0-10',
      'sent 10-12',
      'sacked 12-18',
      'sent 18-20',
      'sent 20-30',
      'sent 30-40',
    ]);
    board.sack(at(18), at(30));
    expect(show(board)).toEqual(['sent 0-10', 'sent 10-12', 'sacked 12-30', 'sent 30-40']);
    expect(board).toMatchObject({
      sackedBytes: 18,
      newlySacked: 18,
      delivered: 18,
      forward: at(30),
    });
    board.begin(9);
    board.sack(at(12), at(30));
    expect(board.delivered).toBe(0);
  });

  it('tells that something was overtaken, but not by the order of blocks', () => {
    const board = sent(9);
    board.begin(9);
    board.sack(at(70), at(80));
    board.sack(at(30), at(40));
    expect(board.isReordered).toBe(false);
    board.begin(9);
    board.sack(at(50), at(60));
    expect(board.isReordered).toBe(true);
  });

  it('is not fooled by copies', () => {
    const board = sent(9);
    board.begin(9);
    board.sack(at(70), at(80));
    board.markLost(board.first as NonNullable<typeof board.first>);
    board.resend(board.firstLost as NonNullable<typeof board.first>, 10, 20);
    // What was sent at 20 cannot have caused what says that only things before 19 arrived.
    board.begin(19);
    board.acknowledge(at(10));
    expect(board).toMatchObject({
      delivered: 10,
      isReordered: false,
      oldestSentAt: -1,
      latestRun: -1,
    });
  });

  it('sends lost ranges again piece by piece', () => {
    const board = sent(4);
    board.markAllLost();
    expect(show(board)).toEqual(['lost 0-40']);
    board.resend(board.firstLost as NonNullable<typeof board.first>, 15, 9);
    expect(show(board)).toEqual(['sent 0-15 again', 'lost 15-40']);
    board.resend(board.firstLost as NonNullable<typeof board.first>, 15, 9);
    expect(show(board)).toEqual(['sent 0-30 again', 'lost 30-40']);
    expect(board.lostBytes).toBe(10);
    board.forgiveLost();
    expect(board.lostBytes).toBe(0);
  });

  it('forgets what was reported', () => {
    const board = sent(4);
    board.begin(9);
    board.sack(at(10), at(20));
    board.forgetSacks();
    expect(show(board)).toEqual(['lost 0-40 again']);
    expect(board).toMatchObject({ sackedBytes: 0, lostBytes: 40 });
  });

  it('has a bound for how many pieces a peer can make', () => {
    const board = new Scoreboard();
    board.clear(at(0));
    board.add(at(0), at(100_000), 1);
    board.begin(9);
    for (let offset = 1; offset < 100_000; offset += 2) board.sack(at(offset), at(offset + 1));
    expect(board.count).toBeLessThanOrEqual(MOST_RANGES);
    board.acknowledge(at(100_000));
    expect(board).toMatchObject({ count: 0, sackedBytes: 0, lostBytes: 0, delivered: 100_000 });
  });

  it('agrees with a list of bytes, whatever happens', () => {
    const offset = fc.nat(300);
    const action = fc.oneof(
      fc.record({ do: fc.constant('add' as const), length: fc.integer({ min: 1, max: 40 }) }),
      fc.record({ do: fc.constant('acknowledge' as const), to: offset }),
      fc.record({
        do: fc.constant('sack' as const),
        from: offset,
        length: fc.integer({ min: 1, max: 60 }),
      }),
      fc.record({ do: fc.constant('lose' as const), index: fc.nat(10) }),
      fc.record({
        do: fc.constant('loseStart' as const),
        index: fc.nat(10),
        length: fc.integer({ min: 1, max: 20 }),
      }),
      fc.record({ do: fc.constant('resend' as const), length: fc.integer({ min: 1, max: 30 }) }),
      fc.record({ do: fc.constantFrom('loseAll' as const, 'forgive' as const, 'forget' as const) }),
      fc.record({ do: fc.constant('tail' as const), length: fc.integer({ min: 1, max: 30 }) }),
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
        const board = new Scoreboard();
        board.clear(at(0));
        /** The fate of each byte from `una` on. */
        const fates: number[] = [];
        let una = 0;
        let now = 0;
        for (const step of actions) {
          now++;
          const next = una + fates.length;
          const ranges = [];
          for (let range = board.first; range !== undefined; range = range.next) ranges.push(range);
          if (step.do === 'add') {
            board.add(at(next), at(next + step.length), now);
            for (let byte = 0; byte < step.length; byte++) fates.push(SENT);
          } else if (step.do === 'acknowledge') {
            const to = Math.min(Math.max(step.to, una), next);
            board.begin(now);
            board.acknowledge(at(to));
            const fresh = fates.splice(0, to - una).filter((fate) => fate !== SACKED);
            expect(board.delivered).toBe(fresh.length);
            una = to;
          } else if (step.do === 'sack') {
            const from = Math.max(step.from, una);
            const to = Math.min(from + step.length, next);
            if (to <= from) continue;
            board.begin(now);
            board.sack(at(from), at(to));
            fates.fill(SACKED, from - una, to - una);
            expect(board.isSacked(at(from), at(to))).toBe(true);
          } else if (step.do === 'lose' || step.do === 'loseStart') {
            const range = ranges[step.index % Math.max(ranges.length, 1)];
            if (range === undefined || range.state !== SENT) continue;
            const from = ((range.start - BASE) | 0) - una;
            let to = ((range.end - BASE) | 0) - una;
            if (step.do === 'loseStart') to = Math.min(to, from + step.length);
            if (step.do === 'lose') board.markLost(range);
            else board.markStartLost(range, step.length);
            fates.fill(LOST, from, to);
          } else if (step.do === 'resend') {
            const range = board.firstLost;
            if (range === undefined) continue;
            const from = ((range.start - BASE) | 0) - una;
            const to = Math.min(((range.end - BASE) | 0) - una, from + step.length);
            board.resend(range, step.length, now);
            fates.fill(SENT, from, to);
          } else if (step.do === 'tail') {
            if (board.last?.state === SACKED) continue;
            const range = board.tail(step.length);
            expect(range).toBe(board.last);
          } else if (step.do === 'loseAll') {
            board.markAllLost();
            fates.forEach((fate, index) => {
              if (fate === SENT) fates[index] = LOST;
            });
          } else if (step.do === 'forgive') {
            board.forgiveLost();
            fates.forEach((fate, index) => {
              if (fate === LOST) fates[index] = SENT;
            });
          } else {
            board.forgetSacks();
            fates.fill(LOST);
          }
          check(board, fates, una);
        }
      }),
      { numRuns: 400 },
    );
  });
});

/** The ranges cover all bytes in order, are linked both ways, and what is counted is right. */
function check(board: Scoreboard, fates: readonly number[], una: number): void {
  let byte = 0;
  let count = 0;
  let previous: typeof board.first;
  for (let range = board.first; range !== undefined; range = range.next) {
    expect(range.previous).toBe(previous);
    expect((range.start - BASE) | 0).toBe(una + byte);
    const length = (range.end - range.start) | 0;
    expect(length).toBeGreaterThan(0);
    for (let end = byte + length; byte < end; byte++) expect(fates[byte]).toBe(range.state);
    count++;
    previous = range;
  }
  expect(board.last).toBe(previous);
  expect(byte).toBe(fates.length);
  expect(board.count).toBe(count);
  expect(board.sackedBytes).toBe(fates.filter((fate) => fate === SACKED).length);
  expect(board.lostBytes).toBe(fates.filter((fate) => fate === LOST).length);
  const firstLost = fates.indexOf(LOST);
  const lost = board.firstLost;
  expect(lost === undefined ? -1 : ((lost.start - BASE) | 0) - una).toBe(firstLost);
}
