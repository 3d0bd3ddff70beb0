import { describe, expect, it } from 'vitest';
import { OFFER, Script } from './script.ts';

describe('opening', () => {
  it('goes from SYN-SENT to ESTABLISHED', () => {
    const script = new Script('client');
    expect(script.state).toBe('SYN_SENT');
    expect(script.sent()).toEqual(['[S] seq 0']);
    expect(script.say({ flags: 'S.', seq: 0, ack: 1, offer: OFFER })).toEqual(['[.] seq 1 ack 1']);
    expect(script.state).toBe('ESTABLISHED');
    expect(script.told).toEqual(['connected']);
    expect(script.connection.nextTimeout).toBe(Number.POSITIVE_INFINITY);
  });

  it('goes from SYN-RECEIVED to ESTABLISHED', () => {
    const script = new Script('server');
    expect(script.sent()).toEqual(['[S.] seq 0 ack 1']);
    expect(script.told).toEqual([]);
    expect(script.say({ seq: 1, ack: 1 })).toEqual([]);
    expect(script.state).toBe('ESTABLISHED');
    expect(script.told).toEqual(['connected']);
  });

  it('works when both sides open at the same time', () => {
    const script = new Script('client');
    script.sent();
    expect(script.say({ flags: 'S', seq: 0, offer: OFFER })).toEqual(['[S.] seq 0 ack 1']);
    expect(script.state).toBe('SYN_RECEIVED');
    expect(script.say({ flags: 'S.', seq: 0, ack: 1, offer: OFFER })).toEqual(['[.] seq 1 ack 1']);
    expect(script.state).toBe('ESTABLISHED');
  });

  it('takes data and FIN that come with the SYN and ACK', () => {
    const script = new Script('client');
    script.sent();
    // Data in a SYN begins one behind its number, and this is position 0 of the stream.
    script.say({ flags: 'S.', seq: 0, ack: 1, offer: OFFER });
    expect(script.say({ flags: 'F.', seq: 1, ack: 1, length: 5 })).toEqual(['[.] seq 1 ack 7']);
    expect(script.state).toBe('CLOSE_WAIT');
    expect(script.read).toBe(5);
    expect(script.connection.isFinished).toBe(true);
  });

  it('sends what was written before, and the FIN', () => {
    const script = new Script('client');
    script.connection.write(new Uint8Array(10));
    script.connection.end();
    expect(script.sent()).toEqual(['[S] seq 0']);
    expect(script.say({ flags: 'S.', seq: 0, ack: 1, offer: OFFER })).toEqual([
      '[FP.] seq 1 ack 1 length 10',
    ]);
    expect(script.state).toBe('FIN_WAIT_1');
  });

  it('repeats the SYN after 1, 3, 7, 15, 31, 63 and 123 seconds and gives up after 183', () => {
    const script = new Script('client');
    script.now += 5000;
    // The timers start when the SYN is sent, not when the application asked for it.
    script.sent();
    expect(script.wait(300_000).map((line) => Number.parseInt(line, 10) - 5000)).toEqual([
      1000, 3000, 7000, 15_000, 31_000, 63_000, 123_000,
    ]);
    expect(script.told).toEqual(['closed: timeout']);
  });

  it('repeats SYN and ACK when the SYN comes again, and when nothing comes', () => {
    const script = new Script('server');
    script.sent();
    expect(script.say({ flags: 'S', seq: 0, offer: OFFER })).toEqual(['[S.] seq 0 ack 1']);
    expect(script.wait(1500)).toEqual(['1000: [S.] seq 0 ack 1']);
  });

  it('is refused by a reset that acknowledges the SYN, and by no other', () => {
    const script = new Script('client');
    script.sent();
    script.say({ flags: 'R', seq: 0 });
    script.say({ flags: 'R.', seq: 0, ack: 2 });
    expect(script.state).toBe('SYN_SENT');
    script.say({ flags: 'R.', seq: 0, ack: 1 });
    expect(script.told).toEqual(['closed: refused']);
  });

  it('rejects acknowledgments of what was never sent', () => {
    const client = new Script('client');
    client.sent();
    expect(client.say({ flags: 'S.', seq: 0, ack: 7, offer: OFFER })).toEqual(['[R] seq 7']);
    expect(client.state).toBe('SYN_SENT');
    const server = new Script('server');
    server.sent();
    expect(server.say({ seq: 1, ack: 7 })).toEqual(['[R] seq 7']);
    expect(server.say({ seq: 1, ack: 0 })).toEqual(['[R] seq 0']);
    expect(server.state).toBe('SYN_RECEIVED');
  });

  it('ends when ICMP says for sure that there is no way, and goes on when it may pass', () => {
    const script = new Script('client');
    script.sent();
    script.connection.handleUnreachable('soft', script.now);
    expect(script.state).toBe('SYN_SENT');
    script.connection.handleUnreachable('hard', script.now);
    script.tell();
    expect(script.told).toEqual(['closed: unreachable']);
    const established = Script.established();
    established.connection.handleUnreachable('hard', established.now);
    expect(established.state).toBe('ESTABLISHED');
  });

  it('says that there was no way when nothing was heard since', () => {
    const script = new Script('client');
    script.sent();
    script.connection.handleUnreachable('soft', script.now);
    script.wait(300_000);
    expect(script.told).toEqual(['closed: unreachable']);
  });
});

describe('closing', () => {
  it('goes through FIN-WAIT-1 and FIN-WAIT-2 to TIME-WAIT', () => {
    const script = Script.established();
    expect(script.end()).toEqual(['[F.] seq 1 ack 1']);
    expect(script.state).toBe('FIN_WAIT_1');
    script.say({ seq: 1, ack: 2 });
    expect(script.state).toBe('FIN_WAIT_2');
    expect(script.say({ seq: 1, ack: 2, length: 100 })).toEqual(['[.] seq 2 ack 101']);
    expect(script.say({ flags: 'F.', seq: 101, ack: 2 })).toEqual(['[.] seq 2 ack 102']);
    expect(script.state).toBe('TIME_WAIT');
    expect(script.connection.isTimeWait).toBe(true);
    expect(script.told).toEqual(['readable', 'readable', 'closed: finished']);
    expect(script.say({ flags: 'F.', seq: 101, ack: 2 })).toEqual(['[.] seq 2 ack 102']);
    script.wait(60_000);
    expect(script.state).toBe('CLOSED');
    expect(script.pool.used).toBe(0);
  });

  it('goes through CLOSE-WAIT and LAST-ACK', () => {
    const script = Script.established();
    expect(script.say({ flags: 'F.', seq: 1, ack: 1 })).toEqual(['[.] seq 1 ack 2']);
    expect(script.state).toBe('CLOSE_WAIT');
    // Half closed: we may still send.
    expect(script.write(10)).toEqual(['[P.] seq 1 ack 2 length 10']);
    script.say({ seq: 2, ack: 11 });
    expect(script.end()).toEqual(['[F.] seq 11 ack 2']);
    expect(script.state).toBe('LAST_ACK');
    expect(script.say({ seq: 2, ack: 12 })).toEqual([]);
    expect(script.state).toBe('CLOSED');
    expect(script.told).toEqual(['readable', 'closed: finished']);
  });

  it('works when both sides close at the same time', () => {
    const script = Script.established();
    script.end();
    expect(script.say({ flags: 'F.', seq: 1, ack: 1 })).toEqual(['[.] seq 2 ack 2']);
    expect(script.state).toBe('CLOSING');
    script.say({ seq: 2, ack: 2 });
    expect(script.state).toBe('TIME_WAIT');
    expect(script.told).toEqual(['readable', 'closed: finished']);
  });

  it('goes from FIN-WAIT-1 to TIME-WAIT when the FIN acknowledges ours', () => {
    const script = Script.established();
    script.end();
    expect(script.say({ flags: 'F.', seq: 1, ack: 2 })).toEqual(['[.] seq 2 ack 2']);
    expect(script.state).toBe('TIME_WAIT');
  });

  it('keeps a FIN behind a gap until its turn', () => {
    const script = Script.established();
    expect(script.say({ flags: 'F.', seq: 11, ack: 1, length: 10 })).toEqual([
      '[.] seq 1 ack 1 sack 11-21',
    ]);
    expect(script.state).toBe('ESTABLISHED');
    expect(script.say({ seq: 1, ack: 1, length: 10 })).toEqual(['[.] seq 1 ack 22']);
    expect(script.state).toBe('CLOSE_WAIT');
    expect(script.read).toBe(20);
  });

  it('takes nothing behind the FIN', () => {
    const script = Script.established();
    script.say({ flags: 'F.', seq: 1, ack: 1, length: 5 });
    expect(script.say({ seq: 7, ack: 1, length: 5 })).toEqual([]);
    expect(script.say({ flags: 'F.', seq: 12, ack: 1, length: 5 })).toEqual([]);
    expect(script.read).toBe(5);
    expect(script.connection.receiveNext).toBe((0x7fff_fff0 + 7) >>> 0);
  });

  it('sends the FIN again when it is lost', () => {
    const script = Script.established();
    script.end();
    expect(script.wait(2000).length).toBeGreaterThan(1);
    script.say({ seq: 1, ack: 2 });
    expect(script.state).toBe('FIN_WAIT_2');
  });

  it('waits for the application to read before it is over', () => {
    const script = Script.established();
    script.reads = false;
    script.say({ flags: 'F.', seq: 1, ack: 1, length: 10 });
    script.end();
    script.say({ seq: 12, ack: 2 });
    expect(script.state).toBe('CLOSED');
    expect(script.told).not.toContain('closed: finished');
    script.consume();
    script.tell();
    expect(script.told).toContain('closed: finished');
  });

  it('asks a peer that never closes whether it is there', () => {
    const script = Script.established();
    script.end();
    script.say({ seq: 1, ack: 2 });
    script.wait(59_000);
    expect(script.wait(2000)).toEqual(['60000: [.] seq 1 ack 1']);
    script.say({ seq: 1, ack: 2 });
    expect(script.wait(59_000)).toEqual([]);
    script.wait(3_600_000);
    expect(script.told).toEqual(['closed: timeout']);
  });
});

describe('aborting', () => {
  it('resets the peer and is over then', () => {
    for (const length of [0, 100]) {
      const script = Script.established();
      script.write(length);
      script.connection.abort();
      script.tell();
      expect(script.told).toEqual([]);
      expect(script.sent()).toEqual([`[R.] seq ${1 + length} ack 1`]);
      expect(script.told).toEqual(['closed: aborted']);
      expect(script.sent()).toEqual([]);
      script.connection.release();
      expect(script.pool.used).toBe(0);
    }
  });

  it('says nothing to a peer that never answered', () => {
    const script = new Script('client');
    script.sent();
    script.connection.abort();
    expect(script.sent()).toEqual([]);
    expect(script.told).toEqual(['closed: aborted']);
  });

  it('makes all methods do nothing', () => {
    const script = Script.established();
    script.connection.abort();
    script.sent();
    const { connection } = script;
    expect(connection.write(new Uint8Array(5))).toBe(0);
    expect(connection.room).toBe(0);
    connection.end();
    connection.abort();
    connection.consume(0);
    connection.keepAliveMs = 5;
    expect(connection.peek().length).toBe(0);
    expect(script.sent()).toEqual([]);
    expect(script.told).toEqual(['closed: aborted']);
    expect(connection.nextTimeout).toBe(Number.POSITIVE_INFINITY);
    expect(script.say({ seq: 1, ack: 1, length: 10 })).toEqual([]);
  });
});

describe('resets (RFC 5961)', () => {
  const cases = [
    { what: 'exactly the next number', seq: 1, told: ['closed: reset'], sent: [] },
    { what: 'elsewhere in the window', seq: 2, told: [], sent: ['[.] seq 1 ack 1'] },
    { what: 'before the window', seq: 0, told: [], sent: [] },
    { what: 'far behind the window', seq: 200_000, told: [], sent: [] },
  ];
  for (const { what, seq, told, sent } of cases) {
    it(`with ${what} ${told.length === 0 ? 'do not count' : 'count'}`, () => {
      const script = Script.established();
      script.now += 1000;
      expect(script.say({ flags: 'R', seq })).toEqual(sent);
      expect(script.told).toEqual(told);
    });
  }

  it('leave what came before to the application', () => {
    const script = Script.established();
    script.reads = false;
    script.say({ seq: 1, ack: 1, length: 10 });
    script.say({ flags: 'R', seq: 11 });
    expect(script.told).toEqual(['readable', 'closed: reset']);
    expect(script.connection.peek().length).toBe(10);
    script.connection.release();
    expect(script.pool.used).toBe(0);
  });

  it('do not end TIME-WAIT (RFC 1337)', () => {
    const script = Script.established();
    script.end();
    script.say({ flags: 'F.', seq: 1, ack: 2 });
    script.say({ flags: 'R', seq: 2 });
    expect(script.state).toBe('TIME_WAIT');
  });

  it('end an attempt to open when both sides do', () => {
    const script = new Script('client');
    script.sent();
    script.say({ flags: 'S', seq: 0, offer: OFFER });
    script.say({ flags: 'R', seq: 1 });
    expect(script.told).toEqual(['closed: refused']);
  });
});

describe('challenges (RFC 5961)', () => {
  const suspicious = [
    ['a SYN', { flags: 'S', seq: 500 }],
    ['a SYN with the number of the first', { flags: 'S.', seq: 0, ack: 1 }],
    ['an acknowledgment of what was never sent', { seq: 1, ack: 2 }],
    ['a very old acknowledgment', { seq: 1, ack: -70_000 }],
    ['a reset that is not exact', { flags: 'R', seq: 100 }],
  ] as const;
  for (const [what, said] of suspicious) {
    it(`answer ${what}`, () => {
      const script = Script.established();
      script.now += 1000;
      expect(script.say(said)).toEqual(['[.] seq 1 ack 1']);
      expect(script.state).toBe('ESTABLISHED');
    });
  }

  it('are few, and asked for', () => {
    let allowed = 2;
    const challenges = { allows: () => allowed-- > 0 };
    const script = Script.established({}, {}, { challenges });
    let answers = 0;
    for (let second = 0; second < 10; second++) {
      script.now += 1000;
      for (let time = 0; time < 10; time++) answers += script.say({ flags: 'S', seq: 500 }).length;
    }
    expect(answers).toBe(2);
  });

  it('drop the data of a segment with such an acknowledgment', () => {
    const script = Script.established();
    script.now += 1000;
    expect(script.say({ seq: 1, ack: 2, length: 10 })).toEqual(['[.] seq 1 ack 1']);
    expect(script.read).toBe(0);
  });

  it('are not needed for a keepalive probe', () => {
    const challenges = { allows: () => false };
    const script = Script.established({}, {}, { challenges });
    for (let probe = 0; probe < 3; probe++) {
      script.now += 1000;
      expect(script.say({ seq: 0, ack: 1 })).toEqual(['[.] seq 1 ack 1']);
    }
  });
});

describe('segments out of the window', () => {
  it('are acknowledged when they have data', () => {
    const script = Script.established();
    script.say({ seq: 1, ack: 1, length: 100 });
    expect(script.say({ seq: 1, ack: 1, length: 100 })).toEqual(['[.] seq 1 ack 101 sack 1-101']);
    expect(script.say({ seq: 200_000, ack: 1, length: 100 })).toEqual(['[.] seq 1 ack 101']);
    expect(script.read).toBe(100);
  });

  it('are cut to the window', () => {
    const script = Script.established({ sack: false }, {}, { buffers: { receive: 1000 } });
    script.reads = false;
    expect(script.say({ seq: 1, ack: 1, length: 1400 })).toEqual(['[.] seq 1 ack 1001']);
    expect(script.say({ seq: 1001, ack: 1, length: 400 })).toEqual(['[.] seq 1 ack 1001']);
    script.consume();
    expect(script.read).toBe(1000);
  });

  it('still acknowledge, when they are old', () => {
    const script = Script.established();
    script.say({ seq: 1, ack: 1, length: 100 });
    script.write(100);
    script.say({ seq: 1, ack: 101, length: 50 });
    expect(script.connection.block.send.length).toBe(0);
  });

  it('without ACK are dropped', () => {
    const script = Script.established();
    expect(script.say({ flags: 'P', seq: 1, length: 10 })).toEqual([]);
    expect(script.read).toBe(0);
  });
});
