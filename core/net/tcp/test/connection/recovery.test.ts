import { describe, expect, it } from 'vitest';
import type { TcpFeatures } from '../../src/features.ts';
import { Script } from './script.ts';

const MSS = 1000;
const at = (segment: number) => 1 + segment * MSS;
const segment = (index: number) => `[.] seq ${at(index)} ack 1 length ${MSS}`;
const last = (index: number) => `[P.] seq ${at(index)} ack 1 length ${MSS}`;

/** Ten segments on their way since a moment ago, after a round trip of 100 ms was measured. */
function sending(features: Partial<TcpFeatures> = {}, offer = {}, count = 10): Script {
  const script = new Script(
    'server',
    features,
    {},
    { mss: MSS + ('hasTimestamp' in offer ? 12 : 0), ...offer },
  );
  const ts = 'hasTimestamp' in offer ? { ts: 1, echo: 1000 } : {};
  script.sent();
  script.now += 100;
  script.say({ seq: 1, ack: 1, ...ts });
  expect(script.write(count * MSS).length).toBe(count);
  return script;
}

describe('selective acknowledgments and RACK (RFC 8985)', () => {
  it('send again what three segments behind it prove to be lost', () => {
    const script = sending();
    script.now += 100;
    expect(script.say({ ack: 1, sacks: [[at(1), at(2)]] })).toEqual([]);
    expect(script.say({ ack: 1, sacks: [[at(1), at(3)]] })).toEqual([]);
    expect(script.say({ ack: 1, sacks: [[at(1), at(4)]] })).toEqual([segment(0)]);
    expect(script.connection.block.phase).toBe('recovery');
    script.now += 100;
    script.say({ ack: at(10) });
    expect(script.connection.block.phase).toBe('open');
    expect(script.connection.block.congestion.window).toBe(7 * MSS);
  });

  it('wait a quarter of a round trip when there is less proof', () => {
    const script = sending();
    script.now += 100;
    script.say({ ack: 1, sacks: [[at(1), at(2)]] });
    expect(script.wait(24)).toEqual([]);
    expect(script.wait(2)).toEqual([`225: ${segment(0)}`]);
  });

  it('find all holes at once', () => {
    const script = sending();
    script.now += 100;
    const sacks = [
      [at(7), at(10)],
      [at(4), at(6)],
      [at(1), at(3)],
    ] as const;
    const lines = script.say({ ack: 1, sacks });
    script.now += 1;
    expect(lines).toEqual([segment(0), segment(3), segment(6)]);
  });

  it('notice that a retransmission was lost', () => {
    const script = sending({}, {}, 10);
    script.now += 100;
    expect(script.say({ ack: 1, sacks: [[at(2), at(10)]] })).toEqual([segment(0), segment(1)]);
    script.now += 100;
    // The second one arrived, the first one did not, and it was sent no later.
    expect(script.say({ ack: 1, sacks: [[at(1), at(10)]] })).toEqual([segment(0)]);
  });

  it('send on average as much less as the window has to shrink (PRR)', () => {
    const script = sending();
    script.connection.write(new Uint8Array(20 * MSS));
    script.now += 100;
    let sent = 0;
    for (let end = 2; end <= 10; end++) {
      sent += script.say({ ack: 1, sacks: [[at(1), at(end)]] }).length;
    }
    // Nine arrived and one was lost: seven of ten go.
    expect(Math.abs(sent - 7)).toBeLessThanOrEqual(1);
  });

  it('wait longer once segments were overtaken', () => {
    const script = sending();
    script.now += 100;
    expect(script.say({ ack: 1, sacks: [[at(1), at(4)]] })).toEqual([segment(0)]);
    // The original came, and with it a report of the copy.
    script.now += 10;
    script.say({ ack: at(4), sacks: [[at(0), at(1)]] });
    script.say({ ack: at(10) });
    expect(script.connection.block.phase).toBe('open');
    const count = script.write(10 * MSS).length;
    expect(count).toBe(10);
    script.now += 100;
    expect(script.say({ ack: at(10), sacks: [[at(11), at(14)]] })).toEqual([]);
  });
});

describe('what was not lost after all', () => {
  it('is undone when every copy is reported (D-SACK)', () => {
    const script = sending();
    const before = script.connection.block.congestion.window;
    script.now += 100;
    expect(script.say({ ack: 1, sacks: [[at(1), at(4)]] })).toEqual([segment(0)]);
    expect(script.connection.block.congestion.window).toBeLessThan(before);
    script.now += 100;
    script.say({ ack: at(4), sacks: [[at(0), at(1)]] });
    expect(script.connection.block.congestion.window).toBeGreaterThanOrEqual(before);
    expect(script.connection.block.phase).toBe('open');
  });

  it('is undone when the first answer is to what was sent before (Eifel)', () => {
    const script = sending({ rack: false }, { hasTimestamp: true });
    const before = script.connection.block.congestion.window;
    const [copy] = script.wait(400);
    expect(copy).toContain(`seq 1 ack 1 length ${MSS}`);
    expect(script.connection.block.phase).toBe('loss');
    // Echoes the first transmission, at 1100.
    script.say({ ack: at(2), ts: 2, echo: 1100 });
    expect(script.connection.block.phase).toBe('open');
    expect(script.connection.block.congestion.window).toBeGreaterThanOrEqual(before);
    expect(script.connection.block.board.lostBytes).toBe(0);
  });

  it('is not undone when the answer is to the copy', () => {
    const script = sending({ rack: false }, { hasTimestamp: true });
    script.wait(400);
    script.say({ ack: at(2), ts: 2, echo: script.now });
    expect(script.connection.block.phase).toBe('loss');
  });
});

describe('tail loss probes (RFC 8985 section 7)', () => {
  it('send the last segment again after two round trips', () => {
    const script = sending({}, {}, 3);
    expect(script.wait(199)).toEqual([]);
    expect(script.wait(2)).toEqual([`300: ${last(2)}`]);
    // Not twice.
    expect(script.wait(90)).toEqual([]);
  });

  it('lead to a recovery when more is missing', () => {
    const script = sending({}, {}, 5);
    script.wait(201);
    script.now += 100;
    const lines = script.say({ ack: 1, sacks: [[at(4), at(5)]] });
    expect([...lines, ...script.wait(30)].join()).toContain(segment(0));
    expect(script.connection.block.timeouts).toBe(0);
  });

  it('cost congestion window when they repaired the loss', () => {
    const script = sending({}, {}, 3);
    const before = script.connection.block.congestion.window;
    script.wait(201);
    script.say({ ack: at(3) });
    // Only what comes next tells whether there were two copies.
    script.write(MSS);
    script.now += 100;
    script.say({ ack: at(4) });
    expect(script.connection.block.congestion.window).toBeLessThan(before);
  });

  it('cost nothing when both copies arrived', () => {
    const script = sending({}, {}, 3);
    const before = script.connection.block.congestion.window;
    script.wait(201);
    script.say({ ack: at(3) });
    script.say({ ack: at(3), sacks: [[at(2), at(3)]] });
    script.write(MSS);
    script.now += 100;
    script.say({ ack: at(4) });
    expect(script.connection.block.congestion.window).toBeGreaterThanOrEqual(before);
  });

  it('use new data when the windows keep it back', () => {
    const script = sending({}, {}, 10);
    script.connection.write(new Uint8Array(MSS));
    expect(script.wait(201)).toEqual([`300: ${last(10)}`]);
  });

  it('are not sent without RACK', () => {
    const script = sending({ rack: false }, {}, 3);
    expect(script.wait(500)).toEqual([`400: ${segment(0)}`]);
  });
});

describe('selective acknowledgments without RACK (RFC 6675)', () => {
  it('send again what more than two segments behind it prove to be lost', () => {
    const script = sending({ rack: false });
    script.now += 100;
    expect(script.say({ ack: 1, sacks: [[at(1), at(3)]] })).toEqual([]);
    expect(script.say({ ack: 1, sacks: [[at(1), at(4)]] })).toEqual([segment(0)]);
    expect(script.wait(100)).toEqual([]);
  });
});

describe('duplicate acknowledgments (RFC 5681, RFC 6582)', () => {
  const reno = { sack: false };

  it('send the first segment again after three', () => {
    const script = sending(reno);
    script.now += 100;
    expect(script.say({ ack: 1 })).toEqual([]);
    expect(script.say({ ack: 1 })).toEqual([]);
    expect(script.say({ ack: 1 })).toEqual([segment(0)]);
  });

  it('let new data go meanwhile (limited transmit, RFC 3042)', () => {
    const script = sending(reno);
    script.connection.write(new Uint8Array(5 * MSS));
    script.now += 100;
    expect(script.say({ ack: 1 })).toEqual([segment(10)]);
    expect(script.say({ ack: 1 })).toEqual([segment(11)]);
  });

  it('send the next hole when less than everything is acknowledged', () => {
    const script = sending(reno);
    script.now += 100;
    for (let ack = 0; ack < 7; ack++) script.say({ ack: 1 });
    expect(script.connection.block.phase).toBe('recovery');
    script.now += 100;
    expect(script.say({ ack: at(3) })).toEqual([segment(3)]);
    script.now += 100;
    script.say({ ack: at(10) });
    expect(script.connection.block.phase).toBe('open');
  });

  it('do not start a second recovery for what was sent again', () => {
    const script = sending(reno);
    script.now += 100;
    for (let ack = 0; ack < 5; ack++) script.say({ ack: 1 });
    script.now += 100;
    script.say({ ack: at(10) });
    script.write(10 * MSS);
    for (let ack = 0; ack < 5; ack++) script.say({ ack: at(10) });
    expect(script.connection.block.phase).toBe('open');
  });

  it('are none when they change the window or carry data', () => {
    const script = sending(reno);
    for (let ack = 0; ack < 6; ack++) script.say({ ack: 1, window: 60_000 + ack });
    for (let ack = 0; ack < 6; ack++) script.say({ seq: 1 + ack, ack: 1, length: 1 });
    expect(script.connection.block.phase).toBe('open');
  });
});

describe('the retransmission timer (RFC 6298)', () => {
  const plain = { sack: false };

  it('sends the first segment again and waits twice as long each time', () => {
    const script = sending(plain, {}, 1);
    // SRTT 100, RTTVAR 50.
    const times = script.wait(7000).map((line) => Number.parseInt(line, 10) - 100);
    expect(times.slice(0, 3)).toEqual([300, 900, 2100]);
  });

  it('starts again when something is acknowledged, and stops when everything is', () => {
    const script = sending(plain, {}, 3);
    script.wait(250);
    script.say({ ack: at(1) });
    expect(script.wait(250)).toEqual([]);
    script.say({ ack: at(3) });
    expect(script.connection.nextTimeout).toBe(Number.POSITIVE_INFINITY);
  });

  it('does not measure what was sent twice (Karn)', () => {
    const script = sending(plain, {}, 1);
    script.wait(350);
    script.now += 1;
    script.say({ ack: at(1) });
    expect(script.connection.block.roundTrip.smoothed).toBe(100);
  });

  it('does measure it with timestamps', () => {
    const script = sending({}, { hasTimestamp: true }, 1);
    script.wait(3000);
    const sentAt = script.connection.block.lastSentAt;
    script.now = sentAt + 20;
    script.say({ ack: at(1), ts: 2, echo: sentAt });
    expect(script.connection.block.roundTrip.latest).toBe(20);
  });

  it('finds out what the path takes from one segment on', () => {
    const script = sending(plain);
    const [first, ...rest] = script.wait(350);
    expect([first, rest]).toEqual([`400: ${segment(0)}`, []]);
    script.now += 100;
    expect(script.say({ ack: at(1) }).length).toBe(2);
    script.now += 100;
    expect(script.say({ ack: at(2) }).length).toBe(2);
  });
});

describe('a peer that throws away what it reported (RFC 2018 section 8)', () => {
  it('gets it again', () => {
    const script = sending();
    script.now += 100;
    expect(script.say({ ack: 1, sacks: [[at(1), at(10)]] })).toEqual([segment(0)]);
    script.now += 100;
    // It acknowledges the hole only, and reports nothing any more.
    expect(script.say({ ack: at(1) })).toContain(segment(1));
    const { board } = script.connection.block;
    expect(board.sackedBytes).toBe(0);
    for (let index = 1; index < 10; index++) {
      script.now += 100;
      script.say({ ack: at(index + 1) });
    }
    expect(script.connection.block.phase).toBe('open');
    expect(script.connection.block.send.length).toBe(0);
  });
});

describe('selective acknowledgments that make no sense', () => {
  it('are ignored', () => {
    const script = sending();
    const nonsense = [
      [at(11), at(12)],
      [at(3), at(2)],
      [at(2), at(2)],
      [at(-5), at(20)],
    ] as const;
    script.say({ ack: 1, sacks: nonsense });
    script.say({ ack: 1, sacks: [[at(1) - 2 ** 31, at(1)]] });
    expect(script.connection.block.board.sackedBytes).toBe(0);
    expect(script.connection.block.phase).toBe('open');
  });
});
