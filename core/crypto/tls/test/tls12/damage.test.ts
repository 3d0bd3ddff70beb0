import { describe, expect, it } from 'vitest';
import { CONTENT } from '../../src/record.ts';
import { flipped, NOW, Pair } from '../kit.ts';
import { SUITES12 } from './kit.ts';
import { type Scenario12, scenarios12 } from './scenario.ts';

const SCENARIOS = scenarios12(SUITES12.aes128);

function pairOf({ client, server, target }: Scenario12): Pair {
  return new Pair(client, server, target);
}

/** The versions of records that are not protected mean nothing. */
function freeBytes(bytes: Uint8Array): Set<number> {
  const free = new Set<number>();
  for (let at = 0; at < bytes.length; at += 5 + ((bytes[at + 3] << 8) | bytes[at + 4])) {
    free.add(at + 1).add(at + 2);
    // All is protected from here on.
    if (bytes[at] === CONTENT.CHANGE_CIPHER_SPEC) break;
  }
  return free;
}

describe.each(SCENARIOS)('$name', (scenario) => {
  const { flights, server } = pairOf(scenario).run();

  it('is refused with a change to any byte of it', () => {
    expect(server.connection.isConnected).toBe(true);
    for (const [flight, { from, bytes }] of flights.entries()) {
      const free = freeBytes(bytes);
      for (let at = 0; at < bytes.length; at++) {
        if (free.has(at)) continue;
        const pair = pairOf(scenario);
        pair.damage = (sent, nth) => (nth === flight ? flipped(sent, at) : sent);
        // The hello left when the client was made.
        if (flight === 0) pair.resend(flipped(bytes, at));
        pair.run();
        const where = `byte ${at} of flight ${flight}`;
        const { connection: ours } = pair[from];
        const { connection: theirs } = from === 'client' ? pair.server : pair.client;
        expect(theirs.isConnected, where).toBe(false);
        // Who sends the last flight is done when it does.
        if (flight < flights.length - 1) expect(ours.isConnected, where).toBe(false);
      }
    }
  });

  it('is waited for when it is cut off at any byte', () => {
    const pair = pairOf(scenario);
    const ends = { client: pair.server, server: pair.client };
    for (const { from, bytes } of flights) {
      const { connection } = ends[from];
      for (let at = 0; at < bytes.length; at++) {
        expect([connection.isConnected, connection.isReadClosed]).toEqual([false, false]);
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
