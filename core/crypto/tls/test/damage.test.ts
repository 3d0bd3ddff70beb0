import { describe, expect, it } from 'vitest';
import { flipped, NOW, Pair, SUITES, sessionOf } from './kit.ts';
import { type Scenario, scenariosWith } from './order/scenario.ts';

const SCENARIOS = scenariosWith(SUITES.aes128);

function pairOf({ client, server, target }: Scenario): Pair {
  return new Pair(client, server(), target);
}

/** Where in a flight are bytes that mean nothing. */
function freeBytes(bytes: Uint8Array, isSkipped: boolean): Set<number> {
  const free = new Set<number>();
  for (let at = 0; at < bytes.length; ) {
    const end = at + 5 + ((bytes[at + 3] << 8) | bytes[at + 4]);
    // The version of a record that is not protected (RFC 8446, 5.1); early data that nobody reads.
    const isFree = bytes[at] !== 23 || isSkipped;
    if (isFree) free.add(at + 1).add(at + 2);
    if (isFree && bytes[at] === 23) for (let i = at + 5; i < end; i++) free.add(i);
    at = end;
  }
  return free;
}

describe.each(SCENARIOS)('$name', (scenario) => {
  const { flights, server } = pairOf(scenario).run();
  const isInVain = scenario.target.earlyData !== undefined && server.early.length === 0;
  /** Of the first flights, those without which the server is not connected. */
  const handshake = flights.findLastIndex(({ from }) => from === 'client') + 1;
  const helloLength = 5 + ((flights[0].bytes[3] << 8) | flights[0].bytes[4]);

  it('is refused with a change to any byte of it', () => {
    expect(server.connection.isConnected).toBe(true);
    for (const [flight, { bytes }] of flights.entries()) {
      const free = freeBytes(bytes, isInVain && flight === 0);
      for (let at = 0; at < bytes.length; at++) {
        if (free.has(at)) continue;
        const pair = pairOf(scenario);
        pair.damage = (sent, nth) => (nth === flight ? flipped(sent, at) : sent);
        // The hello left when the client was made.
        if (flight === 0) pair.resend(flipped(bytes, at));
        pair.run();
        const where = `byte ${at} of flight ${flight}`;
        const { client, server } = pair;
        if (flight < handshake) expect(server.connection.isConnected, where).toBe(false);
        else expect(sessionOf(client), where).toBe(undefined);
        // The client cannot know what came of its last flight, nor of early data.
        const isHeard = flight === 0 ? at < helloLength : flight < handshake - 1;
        if (isHeard) expect(client.connection.isConnected, where).toBe(false);
      }
    }
  });

  it('is waited for when it is cut off at any byte', () => {
    const pair = pairOf(scenario);
    const ends = { client: pair.server, server: pair.client };
    for (const { from, bytes } of flights) {
      const { connection } = ends[from];
      const wasConnected = connection.isConnected;
      for (let at = 0; at < bytes.length; at++) {
        expect([connection.isConnected, connection.isReadClosed]).toEqual([wasConnected, false]);
        const { failure } = connection.handle(bytes.slice(at, at + 1), NOW);
        expect(failure).toBe(undefined);
      }
    }
    expect([pair.client.connection.isConnected, pair.server.connection.isConnected]).toEqual([
      true,
      true,
    ]);
  });
});
