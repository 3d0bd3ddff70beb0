import { describe, expect, it } from 'vitest';
import { Connection } from '../../src/connection/connection.ts';
import type { TcpFeatures } from '../../src/features.ts';
import { ACK, SYN } from '../../src/packet.ts';
import { OFFER, OURS, Script, segmentOf, THEIRS } from './script.ts';

describe('the options of a SYN', () => {
  it('offer everything', () => {
    const script = new Script('client');
    expect(script.connection.pollTransmit(script.now)).toMatchObject({
      flags: SYN,
      mss: 1460,
      windowScale: 7,
      sackPermitted: true,
      hasTimestamp: true,
      timestamp: 1000,
      timestampEcho: 0,
      window: 65_535,
    });
  });

  const all = { windowScale: 7, sackPermitted: true, hasTimestamp: true };
  const features: [keyof TcpFeatures, object][] = [
    ['windowScaling', { windowScale: -1 }],
    ['timestamps', { hasTimestamp: false }],
    ['sack', { sackPermitted: false }],
  ];
  for (const [feature, missing] of features) {
    it(`do not offer ${feature} when it is off, nor answer with it`, () => {
      const client = new Script('client', { [feature]: false });
      const expected = { ...all, ...missing };
      expect(client.connection.pollTransmit(client.now)).toMatchObject(expected);
      const server = new Script('server', { [feature]: false }, {}, all);
      expect(server.connection.pollTransmit(server.now)).toMatchObject(expected);
    });

    it(`answer without ${feature} when the peer did not offer it`, () => {
      const server = new Script('server', {}, {}, { ...all, ...missing });
      expect(server.connection.pollTransmit(server.now)).toMatchObject({ ...all, ...missing });
    });
  }

  it('limit our segments to what the peer takes, and to the path', () => {
    for (const [mss, expected] of [
      [1000, 1000],
      [9000, 1460],
      [0, 536],
      [1, 88],
    ]) {
      const script = Script.established({}, { mss });
      script.write(20_000);
      expect(script.connection.block.mss).toBe(expected);
      const timed = Script.established({}, { mss, hasTimestamp: true });
      expect(timed.connection.block.mss).toBe(expected - 12);
    }
  });
});

describe('window scaling (RFC 7323 section 2)', () => {
  it('scales what comes after the handshake, and not the SYN', () => {
    const script = new Script('server', {}, {}, { windowScale: 3 });
    expect(script.connection.pollTransmit(script.now)?.window).toBe(65_535);
    script.say({ seq: 1, ack: 1, window: 1000 });
    expect(script.connection.block.sndEdge - OURS - 1).toBe(8000 - 2 ** 32);
    script.connection.write(new Uint8Array(10));
    expect(script.connection.pollTransmit(script.now)?.window).toBe(511);
  });

  it('does not scale when only one side can', () => {
    const script = new Script('server', {}, {}, { windowScale: -1 });
    script.sent();
    script.say({ seq: 1, ack: 1, window: 1000 });
    expect(script.connection.block.mostWindow).toBe(1000);
    script.connection.write(new Uint8Array(10));
    expect(script.connection.pollTransmit(script.now)?.window).toBe(65_535);
  });
});

describe('timestamps (RFC 7323)', () => {
  const timed = () => Script.established({}, { hasTimestamp: true });

  it('are echoed', () => {
    const script = timed();
    script.now = 5000;
    script.say({ seq: 1, ack: 1, length: 10, ts: 77 });
    script.connection.write(new Uint8Array(10));
    expect(script.connection.pollTransmit(script.now)).toMatchObject({
      hasTimestamp: true,
      timestamp: 5000,
      timestampEcho: 77,
    });
  });

  it('are those of the segment that made the acknowledgment late', () => {
    const script = timed();
    // The quick acknowledgments at the start are used up.
    for (let segment = 0; segment < 16; segment++) {
      script.say({ seq: 1 + segment * 10, ack: 1, length: 10, ts: 10 });
    }
    expect(script.say({ seq: 161, ack: 1, length: 10, ts: 20 })).toEqual([]);
    expect(script.say({ seq: 171, ack: 1, length: 10, ts: 30 })).toEqual([]);
    expect(script.connection.recentTimestamp).toBe(20);
    script.wait(50);
    script.say({ seq: 181, ack: 1, length: 10, ts: 40 });
    expect(script.connection.recentTimestamp).toBe(40);
  });

  it('are not taken from a segment behind a gap', () => {
    const script = timed();
    script.say({ seq: 101, ack: 1, length: 10, ts: 50 });
    expect(script.connection.recentTimestamp).toBe(1);
    script.say({ seq: 1, ack: 1, length: 100, ts: 45 });
    expect(script.connection.recentTimestamp).toBe(45);
  });

  it('protect from old segments (PAWS)', () => {
    const script = timed();
    script.say({ seq: 1, ack: 1, length: 10, ts: 0x8000_0002 });
    expect(script.read).toBe(0);
    script.say({ seq: 1, ack: 1, length: 10, ts: 100 });
    script.now += 1000;
    expect(script.say({ seq: 11, ack: 1, length: 10, ts: 99 })).toEqual(['[.] seq 1 ack 11']);
    expect(script.read).toBe(10);
    script.say({ seq: 11, ack: 1, length: 10, ts: 100 });
    expect(script.read).toBe(20);
  });

  it('do not protect when the peer was silent for 24 days, nor from resets', () => {
    const script = timed();
    script.say({ seq: 1, ack: 1, length: 10, ts: 100 });
    script.now += 25 * 24 * 3_600_000;
    script.say({ seq: 11, ack: 1, length: 10, ts: 50 });
    expect(script.read).toBe(20);
    script.say({ flags: 'R', seq: 21, ts: 1 });
    expect(script.told).toContain('closed: reset');
  });

  it('have to be there once both sides said so', () => {
    const script = timed();
    expect(script.say({ seq: 1, ack: 1, length: 10 })).toEqual([]);
    expect(script.read).toBe(0);
    expect(script.say({ flags: 'R', seq: 1 })).toEqual([]);
    expect(script.told).toEqual(['closed: reset']);
  });

  it('wrap around', () => {
    const script = Script.established({}, { hasTimestamp: true }, { timestampOffset: 0xffff_ffff });
    script.say({ seq: 1, ack: 1, length: 10, ts: 0x7fff_ffff });
    script.say({ seq: 11, ack: 1, length: 10, ts: 0xffff_fffe });
    script.say({ seq: 21, ack: 1, length: 10, ts: 3 });
    expect(script.read).toBe(30);
    script.connection.write(new Uint8Array(1));
    expect(script.connection.pollTransmit(script.now)?.timestamp).toBe(999);
  });
});

describe('a connection from a SYN cookie', () => {
  it('is as if the SYN had been remembered', () => {
    const remembered = Script.established({}, { hasTimestamp: true, windowScale: 5 });
    const { parameters } = remembered.connection.block;
    const ack = segmentOf({ seq: 1, ack: 1, ts: 1 });
    const connection = Connection.fromCookie(
      parameters,
      ack,
      { ...OFFER, receiveInitial: THEIRS, windowScale: 5, hasTimestamp: true },
      1000,
    );
    expect(connection.state).toBe('ESTABLISHED');
    for (const field of [
      'mss',
      'sndScale',
      'rcvScale',
      'usesSacks',
      'sndUna',
      'sndNxt',
      'sndEdge',
    ] as const) {
      expect([field, connection.block[field]]).toEqual([field, remembered.connection.block[field]]);
    }
    expect(connection.receiveNext).toBe((THEIRS + 1) >>> 0);
    expect(connection.recentTimestamp).toBe(1);
    connection.write(new Uint8Array(10));
    expect(connection.pollTransmit(1000)).toMatchObject({
      flags: ACK | 8,
      payloadLength: 10,
      window: 511,
    });
  });
});
