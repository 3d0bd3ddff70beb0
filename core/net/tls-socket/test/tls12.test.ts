import { chacha20Poly1305 } from '@atoll/primitives/reference/chacha20-poly1305';
import { sha256 } from '@atoll/primitives/reference/sha2';
import { tls12Client } from '@atoll/tls/tls12/client';
import { tls12Server } from '@atoll/tls/tls12/server';
import { ecdheSuite } from '@atoll/tls/tls12/suite';
import { expect, it } from 'vitest';
import { CLIENT, hosts, PORT, SERVER, Side, TARGET, TO_BOB } from './kit.ts';

const SUITES = [ecdheSuite(chacha20Poly1305, sha256)];

/** Ends when the other side has. */
class Follower extends Side {
  override onConnected(): void {
    this.isConnected = true;
  }

  override onReadable(): void {
    super.onReadable();
    if (this.isFinished) this.connection.end();
  }
}

it('with TLS 1.2, who ends ends both directions, and nothing of before is lost', () => {
  for (const loss of [0, 0.05]) {
    const { lan, alice, bob } = hosts(3, { loss });
    const sides: Side[] = [];
    const client = { ...CLIENT, tls12: tls12Client(SUITES) };
    const server = { ...SERVER, suites: [], tls12: tls12Server(SUITES) };
    const keep = <T extends Side>(side: T): T => {
      sides.push(side);
      return side;
    };
    const serving = bob.tls.serving(server, (connection) => keep(new Follower(connection, 0)));
    bob.stack.tcp.listen(PORT, serving);
    lan.at(0, () => {
      const opening = alice.tls.opening(client, TARGET, (connection) =>
        keep(new Side(connection, 100_000)),
      );
      alice.stack.tcp.connect(TO_BOB, opening);
    });
    lan.run(900_000);
    const follower = sides.find((side) => side instanceof Follower);
    expect(follower).toMatchObject({ received: 100_000, isIntact: true, reason: 'finished' });
    const leader = sides.find((side) => side !== follower);
    expect(leader).toMatchObject({ sent: 100_000, isFinished: true, reason: 'finished' });
  }
});
