import type { TcpConnection, TcpHandler } from '@atoll/device/socket';
import { describe, expect, it } from 'vitest';
import type { Attacker } from './kit/world.ts';
import { ANYBODY, known, note, nothingYet, PINATA, SECRET, World } from './kit/world.ts';

describe('calls', () => {
  it('come back to port 40001, as a client that opens for the authority', () => {
    const world = new World();
    const ended = nothingYet();
    const { attacker } = world;
    attacker.act(() => {
      const config = {
        ...known.tls,
        credentials: () => [world.forge.genuine('server')],
        clients: { verifier: ANYBODY, required: true },
      };
      attacker.stack.tcp.listen(40_001, attacker.tls.serving(config, note(ended)));
      call(attacker);
    });
    expect(ended).toMatchObject({ received: SECRET, reason: 'finished' });
    expect(pinataJson(world).ports[10_001]).toMatchObject({ connections: 1, opened: 1 });
  });

  it('are not returned too often, and to nobody who is not there', () => {
    const world = new World();
    const { attacker } = world;
    const ends: string[] = [];
    attacker.act(() => {
      for (let calls = 0; calls < 50; calls++) call(attacker, (reason) => ends.push(reason));
    }, 60_000);
    expect(ends).toHaveLength(50);
    expect(synsTo(world, 40_001)).toBe(4);
    expect(pinataJson(world)).toMatchObject({
      declined: 46,
      ports: { 10001: { connections: 50, handshakes: 0, left: 4 } },
    });
  });

  it('to somebody who is silent are a handful of segments', () => {
    const world = new World();
    const { attacker } = world;
    const quiet = world.host('quiet', 0x0a00_0008);
    quiet.act(() => call(quiet, () => {}), 20);
    quiet.isPlugged = false;
    attacker.act(() => {}, 60_000);
    expect(synsTo(world, 40_001)).toBeLessThanOrEqual(5);
    expect(pinataJson(world).ports[10_001]).toMatchObject({ connections: 1, left: 1 });
  });
});

describe('connections', () => {
  it('that say nothing end, and others are served meanwhile', () => {
    const world = new World();
    const { attacker } = world;
    const ends: string[] = [];
    attacker.act(() => {
      for (let at = 0; at < 600; at++) {
        attacker.stack.tcp.connect(attacker.to(10_000), () => silent((end) => ends.push(end)));
      }
    }, 2000);
    // Handshakes are limited, so that the first ones are over already.
    expect(ends.length).toBeGreaterThan(300);
    const ended = nothingYet();
    attacker.act(() => {
      const target = { serverName: 'server.pinata.internal' };
      const credentials = world.forge.genuine('client');
      const config = { ...known.tls, verifier: ANYBODY, credentials };
      attacker.stack.tcp.connect(
        attacker.to(10_000),
        attacker.tls.opening(config, target, note(ended)),
      );
    }, 25_000);
    expect(ended.received).toBe(SECRET);
    expect(ends).toHaveLength(600);
  });

  it('end after twenty seconds, whatever the peer does', () => {
    const world = new World();
    const { attacker } = world;
    const ends: string[] = [];
    attacker.act(() => {
      // It opens, but never closes.
      const target = { serverName: 'server.pinata.internal' };
      const config = {
        ...known.tls,
        verifier: ANYBODY,
        credentials: world.forge.genuine('client'),
      };
      const opening = attacker.tls.opening(config, target, () => silent((end) => ends.push(end)));
      attacker.stack.tcp.connect(attacker.to(10_000), opening);
    }, 19_000);
    expect(ends).toEqual([]);
    attacker.act(() => {}, 2000);
    expect(ends).toEqual(['reset']);
  });
});

describe('one in the middle', () => {
  it('has both sides open, and reads nothing', () => {
    const world = new World();
    const { attacker } = world;
    const seen: Uint8Array[] = [];
    attacker.act(() => join(attacker, seen));
    expect(pinataJson(world)).toMatchObject({
      ports: { 10000: { opened: 1, refused: 0 }, 10002: { opened: 1, refused: 0 } },
    });
    const text = Buffer.concat(seen).toString('latin1');
    expect(text.length).toBeGreaterThan(1000);
    expect(text).not.toContain(SECRET);
  });

  it('that changes one byte has neither', () => {
    const world = new World();
    const { attacker } = world;
    attacker.act(() => join(attacker, [], (bytes) => bytes.map((byte, at) => byte ^ +(at === 11))));
    const { ports } = pinataJson(world);
    expect([ports[10_000].opened, ports[10_002].opened]).toEqual([0, 0]);
  });
});

function call(attacker: Attacker, closed: (reason: string) => void = () => {}): void {
  attacker.stack.tcp.connect(attacker.to(10_001), (connection) => ({
    onReadable() {
      if (connection.isFinished) connection.end();
    },
    onClosed: closed,
  }));
}

function silent(closed: (reason: string) => void): TcpHandler {
  return { onReadable() {}, onClosed: closed };
}

/** Passes on what ports 10000 and 10002 send, after `change`. */
function join(
  attacker: Attacker,
  seen: Uint8Array[],
  change: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes,
): void {
  const ends: TcpConnection[] = [];
  for (const port of [10_000, 10_002]) {
    const index = ends.length;
    const connection = attacker.stack.tcp.connect(attacker.to(port), (own) => ({
      onReadable() {
        const bytes = change(own.peek().slice());
        seen.push(bytes);
        own.consume(bytes.length);
        ends[1 - index].write(bytes);
        if (own.isFinished) ends[1 - index].end();
      },
    }));
    ends.push(connection);
  }
}

/** How many connections the Pinata asked for at `port`. */
function synsTo({ frames }: World, port: number): number {
  return frames.filter((frame) => {
    const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
    const isTcp = view.getUint16(12) === 0x0800 && frame[23] === 6;
    return isTcp && view.getUint32(26) === PINATA && view.getUint16(36) === port && frame[47] & 2;
  }).length;
}

interface Status {
  readonly declined: number;
  readonly ports: Record<number, { opened: number; connections: number }>;
}

/** What the page says. */
function pinataJson({ attacker }: World): Status {
  let text = '';
  attacker.act(() => {
    attacker.stack.tcp.connect(attacker.to(80), (connection) => ({
      onConnected() {
        connection.write(Buffer.from('GET /pinata.json HTTP/1.0\r\nHost: a\r\n\r\n'));
      },
      onReadable() {
        text += Buffer.from(connection.peek()).toString('latin1');
        connection.consume(connection.peek().length);
        if (connection.isFinished) connection.end();
      },
    }));
  }, 5000);
  return JSON.parse(text.slice(text.indexOf('\r\n\r\n')));
}
