import { describe, expect, it } from 'vitest';
import type { Entry } from '../../src/host/table.ts';
import { ACKNOWLEDGE, IGNORE, REOPEN, TimeWait, TimeWaits } from '../../src/host/time-wait.ts';
import type { Segment } from '../../src/packet.ts';
import { ACK, emptySegment, FIN, RST, SYN } from '../../src/packet.ts';

const ENTRY: Entry = {
  localAddress: 0xc000_0201,
  localPort: 80,
  remoteAddress: 0xc633_6401,
  remotePort: 40_000,
  sibling: undefined,
};

function record(hasTimestamps = true): TimeWait {
  return new TimeWait(ENTRY, {
    sendNext: 5000,
    receiveNext: 9000,
    hasTimestamps,
    recentTimestamp: 700,
    timestampOffset: 0,
  });
}

function segment(fields: Partial<Segment>): Segment {
  return { ...emptySegment(), flags: ACK, sequence: 9000, acknowledgment: 5000, ...fields };
}

const stamped = (timestamp: number) => ({ hasTimestamp: true, timestamp });

describe('TimeWait', () => {
  it('is not ended by a RST (RFC 1337)', () => {
    expect(record().handle(segment({ flags: RST | ACK }))).toBe(IGNORE);
    expect(record().handle(segment({ flags: RST, sequence: 9000 }))).toBe(IGNORE);
  });

  it('acknowledges the FIN again, and old data', () => {
    expect(record().handle(segment({ flags: FIN | ACK, sequence: 8999 }))).toBe(ACKNOWLEDGE);
    expect(record().handle(segment({ payloadEnd: 10, sequence: 8900 }))).toBe(ACKNOWLEDGE);
    expect(record().handle(segment({ sequence: 12_000 }))).toBe(ACKNOWLEDGE);
  });

  it('does not answer the last ACK, or a war of them would begin', () => {
    expect(record().handle(segment({}))).toBe(IGNORE);
    expect(record().handle(segment({ flags: 0 }))).toBe(IGNORE);
  });

  it.each<[string, boolean, Partial<Segment>, number]>([
    ['a later timestamp', true, { ...stamped(701), sequence: 1 }, REOPEN],
    ['an earlier timestamp', true, { ...stamped(699), sequence: 10_000 }, ACKNOWLEDGE],
    ['the same timestamp and the next number', true, { ...stamped(700), sequence: 9000 }, REOPEN],
    [
      'the same timestamp and an earlier number',
      true,
      { ...stamped(700), sequence: 8999 },
      ACKNOWLEDGE,
    ],
    ['timestamps that are new', false, { ...stamped(1), sequence: 1 }, REOPEN],
    ['no timestamp and the next number', true, { sequence: 9000 }, REOPEN],
    ['no timestamp and an earlier number', true, { sequence: 8999 }, ACKNOWLEDGE],
    ['no timestamps and a later number', false, { sequence: 9001 }, REOPEN],
    ['no timestamps and an earlier number', false, { sequence: 8000 }, ACKNOWLEDGE],
  ])('decides by RFC 6191 about a SYN with %s', (_, hasTimestamps, fields, answer) => {
    expect(record(hasTimestamps).handle(segment({ ...fields, flags: SYN }))).toBe(answer);
  });

  it('does not take a SYN-ACK for a new connection', () => {
    const answer = segment({ flags: SYN | ACK, sequence: 10_000, ...stamped(800) });
    expect(record().handle(answer)).toBe(ACKNOWLEDGE);
  });
});

describe('TimeWaits', () => {
  it('forget each when its time is over', () => {
    const forgotten: TimeWait[] = [];
    const waits = new TimeWaits(10, 1000, (each) => forgotten.push(each));
    const [one, other] = [record(), record()];
    waits.add(one, 0);
    waits.add(other, 500);
    expect(waits.nextTimeout).toBe(1000);
    waits.restart(one, 700);
    expect(waits.nextTimeout).toBe(1500);
    waits.poll(1699);
    expect(forgotten).toEqual([other]);
    waits.poll(1700);
    expect(forgotten).toEqual([other, one]);
    expect([waits.size, waits.nextTimeout]).toEqual([0, Number.POSITIVE_INFINITY]);
  });

  it('forget the oldest when there are too many', () => {
    const forgotten: TimeWait[] = [];
    const waits = new TimeWaits(2, 1000, (each) => forgotten.push(each));
    const all = [record(), record(), record()];
    for (const [time, each] of all.entries()) waits.add(each, time);
    expect(forgotten).toEqual([all[0]]);
    expect(waits.size).toBe(2);
    waits.remove(all[1]);
    expect(waits.nextTimeout).toBe(1002);
  });
});
