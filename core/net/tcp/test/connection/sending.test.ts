import { describe, expect, it } from 'vitest';
import { Script } from './script.ts';

const FULL = 1460;

describe("Nagle's algorithm", () => {
  it('holds a small segment while another is not acknowledged', () => {
    const script = Script.established();
    expect(script.write(10)).toEqual(['[P.] seq 1 ack 1 length 10']);
    expect(script.write(10)).toEqual([]);
    expect(script.write(10)).toEqual([]);
    expect(script.say({ seq: 1, ack: 11 })).toEqual(['[P.] seq 11 ack 1 length 20']);
  });

  it('lets full segments go, and a small one behind them (Minshall)', () => {
    const script = Script.established();
    expect(script.write(2 * FULL + 10)).toEqual([
      '[.] seq 1 ack 1 length 1460',
      '[.] seq 1461 ack 1 length 1460',
      '[P.] seq 2921 ack 1 length 10',
    ]);
    expect(script.write(10)).toEqual([]);
  });

  it('is off for one connection, or for all', () => {
    const one = Script.established();
    one.connection.noDelay = true;
    const all = Script.established({ nagle: false });
    for (const script of [one, all]) {
      script.write(10);
      expect(script.write(10)).toEqual(['[P.] seq 11 ack 1 length 10']);
    }
  });

  it('does not hold the last segment before the FIN', () => {
    const script = Script.established();
    script.write(10);
    script.write(10);
    expect(script.end()).toEqual(['[FP.] seq 11 ack 1 length 10']);
  });

  it('stays on when very many small segments are on their way', () => {
    const script = Script.established();
    script.connection.noDelay = true;
    let sent = 0;
    for (let byte = 0; byte < 5000; byte++) {
      script.now += 0.001;
      sent += script.write(1).length;
    }
    // The rest left in full segments.
    expect(sent).toBe(256 + Math.floor((5000 - 256) / FULL));
    expect(script.connection.block.board.count).toBe(sent);
  });
});

describe('the window of the peer', () => {
  it('is not exceeded', () => {
    const script = Script.established();
    script.say({ seq: 1, ack: 1, window: 3000 });
    expect(script.write(10_000)).toEqual([
      '[.] seq 1 ack 1 length 1460',
      '[.] seq 1461 ack 1 length 1460',
    ]);
    // 80 bytes more would fit, and are not worth a segment.
    expect(script.say({ seq: 1, ack: 2921, window: 0 })).toEqual([]);
    expect(script.say({ seq: 1, ack: 2921, window: 1500 })).toEqual([
      '[.] seq 2921 ack 1 length 1460',
    ]);
  });

  it('is used when it is small, if it never was twice as large', () => {
    const script = new Script('server');
    script.sent();
    script.say({ seq: 1, ack: 1, window: 100 });
    expect(script.write(10_000)).toEqual(['[.] seq 1 ack 1 length 100']);
  });

  it('is filled after a while when it stays small', () => {
    const script = Script.established();
    script.say({ seq: 1, ack: 1, window: 100 });
    expect(script.write(10_000)).toEqual([]);
    expect(script.wait(5000)[0]).toBe('200: [.] seq 1 ack 1 length 100');
  });

  it('is asked for while it is closed, for ever when the peer answers', () => {
    const script = Script.established();
    script.say({ seq: 1, ack: 1, window: 0 });
    expect(script.write(5000)).toEqual([]);
    let probes = 0;
    for (let hour = 0; hour < 24; hour++) {
      for (let second = 0; second < 3600; second += 30) {
        const lines = script.wait(30_000);
        if (lines.length === 0) continue;
        expect(lines[0]).toMatch(/\[\.] seq 0 ack 1$/);
        probes += lines.length;
        script.say({ seq: 1, ack: 1, window: 0 });
      }
    }
    // Once a minute.
    expect(Math.abs(probes - 24 * 60)).toBeLessThan(20);
    expect(script.say({ seq: 1, ack: 1, window: 65_535 }).length).toBe(4);
  });

  it('is not asked for any more when the peer is gone', () => {
    const script = Script.established();
    script.say({ seq: 1, ack: 1, window: 0 });
    script.write(5000);
    script.wait(400_000);
    expect(script.told).toEqual(['closed: timeout']);
  });

  it('keeps the FIN back as well', () => {
    const script = Script.established();
    script.say({ seq: 1, ack: 1, window: 10 });
    script.connection.write(new Uint8Array(10));
    expect(script.end()).toEqual(['[P.] seq 1 ack 1 length 10']);
    expect(script.say({ seq: 1, ack: 11, window: 0 })).toEqual([]);
    expect(script.wait(500).length).toBe(1);
    expect(script.say({ seq: 1, ack: 11, window: 10 })).toEqual(['[F.] seq 11 ack 1']);
  });

  it('may shrink: what is beyond is not sent again before it opens', () => {
    const script = Script.established();
    script.write(4 * FULL);
    script.say({ seq: 1, ack: 1, window: 1000 });
    const again = script.wait(1000).filter((line) => line.includes('length'));
    expect(again.length).toBeGreaterThan(0);
    for (const line of again) expect(line).toContain('seq 1 ack 1 length 1000');
    script.say({ seq: 1, ack: 1, window: 0 });
    expect(script.wait(3000).every((line) => !line.includes('length'))).toBe(true);
    expect(script.state).toBe('ESTABLISHED');
    script.say({ seq: 1, ack: 1 + 4 * FULL, window: 65_535 });
    expect(script.connection.block.send.length).toBe(0);
  });

  it('is not changed by an old segment', () => {
    const script = Script.established();
    script.say({ seq: 1, ack: 1, length: 10 });
    script.say({ seq: 11, ack: 1, window: 3000 });
    script.say({ seq: 1, ack: 1, length: 10, window: 10 });
    expect(script.connection.block.sndEdge).toBe((0xffff_fff0 + 3001) >>> 0);
  });
});

describe('large segments', () => {
  it('are multiples of the small ones, up to what is asked for and half the window', () => {
    const script = Script.established();
    script.connection.write(new Uint8Array(60_000));
    expect(script.sent(65_535)).toEqual([
      '[.] seq 1 ack 1 length 7300 by 1460',
      '[.] seq 7301 ack 1 length 7300 by 1460',
    ]);
    script.say({ seq: 1, ack: 14_601 });
    expect(script.connection.block.congestion.window).toBeGreaterThan(14_600);
  });

  it('end with the rest of the data', () => {
    const script = Script.established();
    script.connection.write(new Uint8Array(3000));
    expect(script.sent(65_535)).toEqual(['[P.] seq 1 ack 1 length 3000 by 1460']);
    script.connection.write(new Uint8Array(3000));
    // The rest is a small segment, and one of those is on its way.
    expect(script.sent(65_535)).toEqual(['[.] seq 3001 ack 1 length 2920 by 1460']);
  });
});

describe('the congestion window', () => {
  it('lets ten segments go at first (RFC 6928)', () => {
    expect(Script.established().write(60_000).length).toBe(10);
  });

  it('starts again after a pause', () => {
    const script = Script.established();
    script.connection.write(new Uint8Array(60_000));
    for (let acked = 1; script.connection.block.send.length > 0; ) {
      acked += script.sent().length * FULL;
      script.wait(10);
      script.say({ seq: 1, ack: Math.min(acked, 60_001) });
      acked = Number((script.connection.sendNext - 0xffff_fff0) >>> 0);
      script.say({ seq: 1, ack: acked });
    }
    const grown = script.connection.block.congestion.window;
    expect(grown).toBeGreaterThan(20 * FULL);
    script.wait(60_000);
    script.write(60_000);
    expect(script.connection.block.congestion.window).toBe(10 * FULL);
  });

  it('is one segment when the SYN was lost (RFC 5681 section 3.1)', () => {
    const script = new Script('server');
    script.sent();
    script.wait(1500);
    script.say({ seq: 1, ack: 1 });
    expect(script.write(60_000).length).toBe(1);
    expect(script.connection.block.roundTrip.rto).toBe(3000);
  });
});

describe('acknowledgments', () => {
  /** Past the quick ones at the start. */
  function settled(features = {}): Script {
    const script = Script.established(features);
    for (let segment = 0; segment < 16; segment++) {
      expect(script.say({ seq: 1 + segment * FULL, ack: 1, length: FULL }).length).toBe(1);
    }
    return script;
  }

  it('are given at once at the start, then for every second full segment', () => {
    const script = settled();
    expect(script.say({ seq: 1 + 16 * FULL, ack: 1, length: FULL })).toEqual([]);
    expect(script.say({ seq: 1 + 17 * FULL, ack: 1, length: FULL })).toEqual([
      `[.] seq 1 ack ${1 + 18 * FULL}`,
    ]);
  });

  it('wait for 40 ms', () => {
    const script = settled();
    expect(script.say({ seq: 1 + 16 * FULL, ack: 1, length: 10 })).toEqual([]);
    expect(script.wait(39)).toEqual([]);
    expect(script.wait(2)).toEqual([`40: [.] seq 1 ack ${11 + 16 * FULL}`]);
  });

  it('travel with data', () => {
    const script = settled();
    script.say({ seq: 1 + 16 * FULL, ack: 1, length: 10 });
    expect(script.write(10)).toEqual([`[P.] seq 1 ack ${11 + 16 * FULL} length 10`]);
    expect(script.wait(100)).toEqual([]);
  });

  it('do not wait when that is off', () => {
    const script = settled({ delayedAck: false });
    expect(script.say({ seq: 1 + 16 * FULL, ack: 1, length: 10 }).length).toBe(1);
  });

  it('do not wait when there is a gap, nor when it is filled', () => {
    const script = settled();
    const base = 1 + 16 * FULL;
    expect(script.say({ seq: base + 10, ack: 1, length: 10 })).toEqual([
      `[.] seq 1 ack ${base} sack ${base + 10}-${base + 20}`,
    ]);
    expect(script.say({ seq: base, ack: 1, length: 10 })).toEqual([`[.] seq 1 ack ${base + 20}`]);
  });

  it('tell of duplicates once (RFC 2883)', () => {
    const script = settled();
    expect(script.say({ seq: 1, ack: 1, length: 10 })).toEqual([
      `[.] seq 1 ack ${1 + 16 * FULL} sack 1-11`,
    ]);
    expect(script.write(10)).toEqual([`[P.] seq 1 ack ${1 + 16 * FULL} length 10`]);
  });

  it('leave room for what they tell in full segments', () => {
    const script = Script.established();
    script.say({ seq: 101, ack: 1, length: 10 });
    script.connection.write(new Uint8Array(5000));
    const [first] = script.sent();
    expect(first).toBe('[.] seq 1 ack 1 length 1424 sack 101-111');
  });

  it('tell of a window that opened', () => {
    const script = Script.established({}, {}, { buffers: { receive: 20_000 } });
    script.reads = false;
    for (let at = 0; at < 20_000; at += 1000) script.say({ seq: 1 + at, ack: 1, length: 1000 });
    expect(script.connection.block.transmission.window).toBe(0);
    script.consume();
    expect(script.sent()).toEqual(['[.] seq 1 ack 20001']);
    expect(script.connection.block.transmission.window).toBe(20_000 >> 7);
  });
});

describe('memory', () => {
  it('is waited for when other connections have it', () => {
    const script = Script.established();
    const blocks = [];
    for (let block = script.pool.take(); block !== undefined; block = script.pool.take()) {
      blocks.push(block);
    }
    expect(script.connection.write(new Uint8Array(10))).toBe(0);
    script.wait(1000);
    expect(script.told).toEqual([]);
    for (const block of blocks) script.pool.give(block);
    script.wait(1000);
    expect(script.told).toEqual(['writable']);
  });

  it('is told of when it is worth it', () => {
    const script = Script.established({}, {}, { buffers: { send: 10_000, mostSend: 10_000 } });
    expect(script.connection.write(new Uint8Array(20_000))).toBe(10_000);
    script.sent();
    script.say({ seq: 1, ack: 1001 });
    expect(script.told).toEqual([]);
    script.say({ seq: 1, ack: 5001 });
    expect(script.told).toEqual(['writable']);
    script.say({ seq: 1, ack: 6001 });
    expect(script.told).toEqual(['writable']);
  });

  it('for sending grows with the congestion window', () => {
    const script = Script.established({}, {}, { buffers: { send: 20_000 } });
    let acked = 1;
    for (let round = 0; round < 5; round++) {
      script.connection.write(new Uint8Array(200_000));
      script.sent();
      acked = 1 + ((script.connection.sendNext - 0xffff_fff1) >>> 0);
      script.wait(10);
      script.say({ seq: 1, ack: acked });
    }
    expect(script.connection.block.send.limit).toBeGreaterThan(60_000);
  });
});

describe('keepalive', () => {
  it('probes after the silence that was asked for, and gives up after nine probes', () => {
    const script = Script.established();
    script.connection.keepAliveMs = 10_000;
    const lines = script.wait(200_000);
    expect(lines[0]).toBe('10000: [.] seq 0 ack 1');
    expect(lines.length).toBe(9);
    expect(script.told).toEqual(['closed: timeout']);
  });

  it('goes on while the peer answers, and stops when it is switched off', () => {
    const script = Script.established();
    script.connection.keepAliveMs = 10_000;
    for (let probe = 0; probe < 30; probe++) {
      expect(script.wait(10_001).length).toBe(1);
      script.say({ seq: 1, ack: 1 });
    }
    script.connection.keepAliveMs = 0;
    expect(script.wait(1_000_000)).toEqual([]);
  });

  it('leaves data on its way to its own timer', () => {
    const script = Script.established();
    script.connection.keepAliveMs = 1000;
    script.write(10);
    expect(script.wait(100_000).every((line) => line.includes('length 10'))).toBe(true);
  });
});

describe('the user timeout', () => {
  it('ends a connection that gets no acknowledgment for five minutes', () => {
    const script = Script.established();
    script.write(10);
    script.wait(299_000);
    expect(script.state).toBe('ESTABLISHED');
    script.wait(2000);
    expect(script.told).toEqual(['closed: timeout']);
    expect(script.pool.used).toBe(0);
  });

  it('can be set (RFC 5482)', () => {
    const script = Script.established();
    script.connection.userTimeoutMs = 5000;
    script.write(10);
    script.wait(4900);
    expect(script.state).toBe('ESTABLISHED');
    script.wait(200);
    expect(script.told).toEqual(['closed: timeout']);
  });
});
