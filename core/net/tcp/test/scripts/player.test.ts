import { describe, expect, it } from 'vitest';
import { readSegment } from './notation.ts';
import { play } from './player.ts';
import type { Step } from './script.ts';
import { PLAIN } from './script.ts';

const OUT: Step = [0, 'out', 'P. 1:1501 by 1000 ack 1'];

describe('play', () => {
  it('takes what is right', () => {
    expect(playing([0, 'out', 'P. 1:1501 by 1000 ack 1'])).not.toThrow();
  });

  const WRONG: [string, Step[], RegExp][] = [
    ['other flags', [[0, 'out', '. 1:1501 by 1000 ack 1']], /deeply equal/],
    ['other bytes', [[0, 'out', 'P. 1:1500 by 1000 ack 1']], /deeply equal/],
    ['another acknowledgment', [[0, 'out', 'P. 1:1501 by 1000 ack 2']], /deeply equal/],
    ['another window', [[0, 'out', 'P. 1:1501 by 1000 ack 1 win 7']], /deeply equal/],
    ['blocks that are not there', [[0, 'out', 'P. 1:1501 by 1000 ack 1 sack 5:6']], /deeply equal/],
    ['another time', [[50, 'out', 'P. 1:1501 by 1000 ack 1']], /deeply equal/],
    ['segments that do not leave', [OUT, [10, 'out', '. 1501 ack 1']], /nothing left/],
    ['segments that are not written down', [[10, 'quiet']], /before "10 quiet " came/],
    ['segments that leave later', [OUT, [250, 'quiet']], /before "250 quiet " came/],
    ['what is not so', [OUT, [10, 'is', 'CLOSED']], /CLOSED/],
  ];

  for (const [name, steps, error] of WRONG) {
    it(`fails for ${name}`, () => expect(playing(...steps)).toThrow(error));
  }

  it('fails when something is left at the end', () => {
    expect(playing()).toThrow(/at the end came/);
  });
});

describe('readSegment', () => {
  it('refuses what it does not know', () => {
    for (const text of ['X 1', '. 1 sak 2:3', '. 1 ack x', '. 1:y']) {
      expect(() => readSegment(text), text).toThrow();
    }
  });
});

function playing(...steps: Step[]): () => void {
  return () => play({ name: '', ...PLAIN, steps: [[0, 'app', 'write 1500'], ...steps] });
}
