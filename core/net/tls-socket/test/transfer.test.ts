import { echo } from '@atoll/device/services';
import type { LanOptions } from '@atoll/sim/lan';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CLIENT, hosts, inRuns, LazySide, PORT, SERVER, Side, TARGET, TO_BOB } from './kit.ts';

interface Way {
  readonly isInRuns: boolean;
  readonly size: number;
  readonly appetite: number;
  readonly portion: number;
}

/** Lets both send at once what they shall, and answers what they saw. */
function trade(seed: number, options: LanOptions, client: Way, server: Way): Side[] {
  const { lan, alice, bob } = hosts(seed, options);
  const sides: Side[] = [];
  const side =
    ({ size, appetite, portion }: Way) =>
    (connection: Side['connection']) => {
      const made = new Side(connection, size);
      Object.assign(made, { appetite, portion });
      sides.push(made);
      return made;
    };
  const serving = server.isInRuns ? inRuns(SERVER) : SERVER;
  const opening = client.isInRuns ? inRuns(CLIENT) : CLIENT;
  bob.stack.tcp.listen(PORT, bob.tls.serving(serving, side(server)));
  lan.at(0, () => {
    alice.stack.tcp.connect(TO_BOB, alice.tls.opening(opening, TARGET, side(client)));
  });
  lan.run(900_000);
  return sides;
}

const way: fc.Arbitrary<Way> = fc.record({
  isInRuns: fc.boolean(),
  size: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 120_000 })),
  appetite: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.integer({ min: 64, max: 20_000 })),
  portion: fc.integer({ min: 500, max: 70_000 }),
});

const faults: fc.Arbitrary<LanOptions> = fc.record({
  loss: fc.constantFrom(0, 0, 0.02, 0.05),
  delay: fc.constantFrom(0, 1, 20),
  jitter: fc.constantFrom(0, 20),
  duplicate: fc.constantFrom(0, 0.05),
  mtu: fc.constantFrom(1280, 1500, 9000),
});

describe('a connection', () => {
  it('carries bytes both ways, whatever the network loses and however it is read and written', () => {
    fc.assert(
      fc.property(fc.nat(1000), faults, way, way, (seed, options, client, server) => {
        const [a, b] = trade(seed, options, client, server);
        for (const [one, other] of [
          [a, server],
          [b, client],
        ] as const) {
          expect(one).toMatchObject({ isConnected: true, isIntact: true, isFinished: true });
          expect([one.received, one.reason]).toEqual([other.size, 'finished']);
        }
      }),
      { numRuns: 40 },
    );
  }, 60_000);

  it('can be used where the TCP connection stood', () => {
    const { lan, alice, bob } = hosts(1);
    bob.stack.tcp.listen(PORT, bob.tls.serving(SERVER, echo));
    let side: Side | undefined;
    lan.at(0, () => {
      const opening = alice.tls.opening(CLIENT, TARGET, (connection) => {
        side = new Side(connection, 500_000);
        return side;
      });
      alice.stack.tcp.connect(TO_BOB, opening);
    });
    lan.run(60_000);
    expect(side).toMatchObject({ received: 500_000, isIntact: true, reason: 'finished' });
  });

  it('makes the peer wait when nobody reads, and holds little meanwhile', () => {
    const { lan, alice, bob } = hosts(2);
    let reader: Side | undefined;
    let writer: Side | undefined;
    bob.stack.tcp.listen(
      PORT,
      bob.tls.serving(SERVER, (connection) => {
        reader = new LazySide(connection, 0);
        return reader;
      }),
    );
    lan.at(0, () => {
      const opening = alice.tls.opening(CLIENT, TARGET, (connection) => {
        writer = new Side(connection, 20_000_000);
        return writer;
      });
      alice.stack.tcp.connect(TO_BOB, opening);
    });
    lan.run(20_000);
    const stuck = writer?.sent ?? 0;
    lan.run(60_000);
    expect(writer?.sent).toBe(stuck);
    expect(stuck).toBeLessThan(6_000_000);
    // What it sees does not go away while it does not look.
    const { connection } = reader as Side;
    const shown = connection.peek().length;
    expect(shown).toBeGreaterThan(0);
    expect(shown).toBeLessThanOrEqual(2 ** 14);
    // Each look from outside takes one record, and lets the peer go on in the end.
    const isMore = () => connection.peek().length > 0;
    for (let at = lan.now; at < 90_000; at += 10) {
      lan.at(at, () => {
        while (isMore()) (reader as Side).take(connection.peek().length);
      });
    }
    lan.run(90_000);
    expect(reader?.isIntact).toBe(true);
    expect(reader?.received).toBeGreaterThan(stuck);
  });

  it('tells a reader that reads later that there is more', () => {
    const { lan, alice, bob } = hosts(3);
    let calls = 0;
    let reader: Side | undefined;
    bob.stack.tcp.listen(
      PORT,
      bob.tls.serving(SERVER, (connection) => {
        reader = new Side(connection, 0);
        return {
          onReadable() {
            calls++;
            // What is there is read, but the next record is only asked for in a new call.
            if (calls > 1) reader?.take(connection.peek().length);
          },
        };
      }),
    );
    lan.at(0, () => {
      const open = (connection: Side['connection']) => new Side(connection, 100_000);
      alice.stack.tcp.connect(TO_BOB, alice.tls.opening(CLIENT, TARGET, open));
    });
    lan.run(5000);
    expect([calls, reader?.received]).toEqual([1, 0]);
    lan.at(6000, () => reader?.take(reader.connection.peek().length));
    lan.run(10_000);
    expect(reader).toMatchObject({ received: 100_000, isIntact: true });
    expect(reader?.connection.isFinished).toBe(true);
  });
});
