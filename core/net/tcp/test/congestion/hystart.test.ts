import { describe, expect, it } from 'vitest';
import { HyStart } from '../../src/congestion/hystart.ts';

const MSS = 1000;
const SEGMENTS = 20;

/** A round of acknowledgments, all with the round-trip time `sample`; answers how the window grew. */
function round(hyStart: HyStart, sample: number, segments = SEGMENTS): number {
  let growth = 0;
  for (let segment = 0; segment < segments; segment++) {
    // Whatever is acknowledged is replaced by new segments, so there is always as much on its way.
    growth += hyStart.onAck(MSS, (segments + 1) * MSS, sample, MSS);
  }
  return growth;
}

describe('HyStart++', () => {
  it('lets the window grow by what is acknowledged while round trips take as long as ever', () => {
    const hyStart = new HyStart();
    for (let index = 0; index < 20; index++) expect(round(hyStart, 40)).toBe(SEGMENTS * MSS);
    expect(hyStart.isOver).toBe(false);
  });

  it('takes a rise of an eighth for a queue, 4 ms at least and 16 ms at most', () => {
    const table = [
      // The first round trips, then those that are no rise yet and those that are.
      [8, 11.9, 12],
      [40, 44.9, 45],
      [80, 89.9, 90],
      [400, 415.9, 416],
    ];
    for (const [first, lower, higher] of table) {
      for (const [second, isQueue] of [
        [lower, false],
        [higher, true],
      ] as const) {
        const hyStart = new HyStart();
        round(hyStart, first);
        round(hyStart, second);
        const growth = round(hyStart, second);
        expect(growth).toBe(isQueue ? (SEGMENTS * MSS) / 4 : SEGMENTS * MSS);
      }
    }
  });

  it('compares with the round before only', () => {
    const hyStart = new HyStart();
    for (let sample = 40; sample <= 60; sample += 4) round(hyStart, sample);
    expect(round(hyStart, 60)).toBe(SEGMENTS * MSS);
  });

  it('needs eight samples in a round', () => {
    const few = new HyStart();
    for (let index = 0; index < 10; index++) {
      expect(round(few, 40 + index * 20, 7)).toBe(7 * MSS);
    }
    const none = new HyStart();
    for (let index = 0; index < 10; index++) expect(round(none, -1)).toBe(SEGMENTS * MSS);
  });

  it('is over after five rounds of conservative slow start', () => {
    const hyStart = new HyStart();
    round(hyStart, 40);
    round(hyStart, 60);
    for (let index = 1; index < 5; index++) {
      round(hyStart, 60);
      expect(hyStart.isOver).toBe(false);
    }
    round(hyStart, 60);
    expect(hyStart.isOver).toBe(true);
  });

  it('goes back when the rise was for a moment only', () => {
    const hyStart = new HyStart();
    round(hyStart, 40);
    round(hyStart, 60);
    expect(round(hyStart, 60)).toBe(5 * MSS);
    round(hyStart, 40);
    expect(round(hyStart, 40)).toBe(SEGMENTS * MSS);
    for (let index = 0; index < 10; index++) round(hyStart, 40);
    expect(hyStart.isOver).toBe(false);
  });

  it('counts eight segments of an acknowledgment at most', () => {
    const hyStart = new HyStart();
    expect(hyStart.onAck(20 * MSS, 40 * MSS, -1, MSS)).toBe(8 * MSS);
    expect(hyStart.onAck(1, 20 * MSS, -1, MSS)).toBe(1);
  });
});
