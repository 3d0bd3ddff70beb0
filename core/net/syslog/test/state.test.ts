import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Backlog } from '../src/state.ts';

const entry = (sentence: string) => ({ level: 'info', source: 'x', sentence, time: 0 }) as const;

function drained(backlog: Backlog): string[] {
  const sentences: string[] = [];
  for (let { first } = backlog; first !== undefined; { first } = backlog) {
    sentences.push(first.sentence);
    backlog.shift();
  }
  return sentences;
}

describe('a backlog', () => {
  it('keeps lines in their order', () => {
    const backlog = new Backlog(0);
    for (const sentence of ['one', 'two', 'three']) backlog.add(entry(sentence), 0);
    expect(drained(backlog)).toEqual(['one', 'two', 'three']);
  });

  it('says in their place how many were lost', () => {
    const backlog = new Backlog(0);
    for (let at = 0; at < 700; at++) backlog.add(entry(`${at}`), 0);
    expect(backlog.lost).toBe(200);
    expect(drained(backlog)).toHaveLength(500);
    backlog.add(entry('later'), 1000);
    expect(drained(backlog)).toEqual(['log lines that were lost here: 200', 'later']);
    expect(backlog.isIncomplete).toBe(false);
  });

  it('says so without another line, too', () => {
    const backlog = new Backlog(0);
    for (let at = 0; at < 501; at++) backlog.add(entry(''), 0);
    drained(backlog);
    backlog.complete(0, 5);
    expect(drained(backlog)).toEqual([]);
    backlog.complete(0, 20);
    expect(drained(backlog)).toEqual(['log lines that were lost here: 1']);
  });

  it('takes a hundred lines a second for ever', () => {
    const backlog = new Backlog(0);
    let taken = 0;
    for (let now = 0; now < 100_000; now += 1) {
      backlog.add(entry(''), now);
      taken += drained(backlog).filter((sentence) => sentence === '').length;
    }
    expect(taken).toBeGreaterThan(4_000);
    expect(taken).toBeLessThan(10_600);
    expect(taken + backlog.lost).toBe(100_000);
  });

  it('is bounded in lines and in characters, and loses no line without counting it', () => {
    const step = fc.record({
      length: fc.integer({ min: 0, max: 5000 }),
      shifts: fc.integer({ min: 0, max: 2 }),
      pause: fc.integer({ min: 0, max: 20 }),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 100, maxLength: 1500, size: 'max' }), (steps) => {
        const backlog = new Backlog(0);
        let now = 0;
        let told = 0;
        let arrived = 0;
        const take = () => {
          const missing = /^log lines that were lost here: (\d+)$/.exec(
            backlog.first?.sentence ?? '',
          );
          if (missing !== null) told += Number(missing[1]);
          else if (backlog.first !== undefined) arrived++;
          backlog.shift();
        };
        for (const { length, shifts, pause } of steps) {
          now += pause;
          backlog.add(entry('x'.repeat(length)), now);
          for (let count = shifts; count > 0; count--) take();
        }
        let left = 0;
        let characters = 0;
        while (backlog.first !== undefined) {
          left++;
          characters += backlog.first.sentence.length;
          take();
        }
        expect(left).toBeLessThanOrEqual(512);
        expect(characters).toBeLessThanOrEqual(65_536);
        backlog.complete(0, now + 60_000);
        take();
        expect(told).toBe(backlog.lost);
        expect(arrived + backlog.lost).toBe(steps.length);
      }),
      { numRuns: 30 },
    );
  });
});
