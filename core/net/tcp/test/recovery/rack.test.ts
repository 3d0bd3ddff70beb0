import { describe, expect, it } from 'vitest';
import { Rack } from '../../src/recovery/rack.ts';
import { LOST, Scoreboard } from '../../src/recovery/scoreboard.ts';
import { RoundTrip } from '../../src/rtt.ts';

const MSS = 1000;

/**
 * Four segments, sent a millisecond apart from 1 on. The third arrives at 100 and the second at 101, so that
 * order is known to be lost on this path.
 */
function reordered(): { board: Scoreboard; rack: Rack } {
  const board = new Scoreboard();
  const rack = new Rack();
  board.clear(0);
  for (let index = 0; index < 4; index++) board.add(index * MSS, (index + 1) * MSS, 1 + index);
  for (const [index, now] of [
    [2, 100],
    [1, 101],
  ]) {
    board.begin(now);
    board.sack(index * MSS, (index + 1) * MSS);
    rack.update(board, now);
  }
  return { board, rack };
}

function known(ms: number): RoundTrip {
  const roundTrip = new RoundTrip();
  roundTrip.sample(ms, 0);
  return roundTrip;
}

describe('Rack (RFC 8985 section 6.2)', () => {
  it('holds the first segment for lost a quarter of a round trip after what overtook it', () => {
    const { board, rack } = reordered();
    // The last that arrived took 99 ms; the first left at 1 ms.
    expect(rack.detect(board, 101, known(80), false, MSS)).toBe(1 + 99 + 20);
    expect(board.lostBytes).toBe(0);
    expect(rack.detect(board, 120, known(80), false, MSS)).toBe(Number.POSITIVE_INFINITY);
    expect(board.first?.state).toBe(LOST);
    expect(board.lostBytes).toBe(MSS);
  });

  it('waits as well when no round trip was ever measured', () => {
    const { board, rack } = reordered();
    expect(rack.detect(board, 101, new RoundTrip(), false, MSS)).toBe(1 + 99 + 99 / 4);
  });

  it('waits a quarter longer for each round trip in which duplicates are reported, up to a whole one', () => {
    const { board, rack } = reordered();
    rack.onDuplicate(0, 4 * MSS);
    rack.onDuplicate(0, 4 * MSS);
    expect(rack.detect(board, 101, known(80), false, MSS)).toBe(1 + 99 + 40);
    for (let sent = 8; sent < 36; sent += 4) rack.onDuplicate(sent * MSS, (sent + 4) * MSS);
    expect(rack.detect(board, 101, known(80), false, MSS)).toBe(1 + 99 + 80);
  });

  it('is as quick as before after sixteen recoveries without a duplicate', () => {
    const { board, rack } = reordered();
    rack.onDuplicate(0, 4 * MSS);
    for (let recovery = 0; recovery < 15; recovery++) rack.onRecovered();
    expect(rack.detect(board, 101, known(80), false, MSS)).toBe(1 + 99 + 40);
    rack.onRecovered();
    expect(rack.detect(board, 101, known(80), false, MSS)).toBe(1 + 99 + 20);
  });
});
