import type { TcpConnection } from '@atoll/device/socket';
import { mutate } from '@atoll/sim/mutate';
import { Random } from '@atoll/sim/random';
import { tlsClient } from '@atoll/tls/client';
import { expect, it } from 'vitest';
import { CLIENT, hosts, PORT, SERVER, Side, TARGET, TO_BOB } from './kit.ts';

const RUNS = Number(process.env.ATOLL_FUZZ ?? 100);
const PEERS = 8;

it(`outlives ${RUNS} times ${PEERS} hostile peers`, { timeout: 600_000 }, () => {
  const random = new Random(Number(process.env.ATOLL_SEED ?? 17));
  const hello = tlsClient(CLIENT, TARGET, random, 0).start().send;
  let failed = 0;
  for (let run = 0; run < RUNS; run++) {
    const { lan, alice, bob } = hosts(run, { delay: 1 }, { handshakesMost: 4 });
    const onFailure = () => void failed++;
    const serve = (connection: TcpConnection) => new Side(connection, 1000);
    bob.stack.tcp.listen(PORT, bob.tls.serving(SERVER, serve, { onFailure }));
    for (let peer = 0; peer < PEERS; peer++) {
      const bytes = random.below(3) === 0 ? hello : mutate(random, hello);
      lan.at(random.below(30), () => attack(alice.stack.tcp, random, bytes));
    }
    lan.run(60_000);
    expect([bob.tls.handshakes, alice.tls.handshakes]).toEqual([0, 0]);
    let side: Side | undefined;
    lan.at(lan.now, () => {
      const opening = alice.tls.opening(CLIENT, TARGET, (connection) => {
        side = new Side(connection, 1000);
        return side;
      });
      alice.stack.tcp.connect(TO_BOB, opening);
    });
    lan.run(lan.now + 10_000);
    expect(side).toMatchObject({ received: 1000, isIntact: true, reason: 'finished' });
  }
  expect(failed).toBeGreaterThan(RUNS);
});

/** Sends `bytes` in one piece or several, then goes in one of the ways there are, or stays. */
function attack(
  tcp: ReturnType<typeof hosts>['alice']['stack']['tcp'],
  random: Random,
  bytes: Uint8Array,
): void {
  let at = 0;
  const goOn = (connection: TcpConnection) => {
    const length = 1 + random.below(bytes.length + 1);
    if (at < bytes.length) at += connection.write(bytes.subarray(at, at + length));
    else random.pick([() => connection.end(), () => connection.abort(), () => {}])();
  };
  tcp.connect(TO_BOB, (connection) => ({
    onConnected: () => goOn(connection),
    onReadable() {
      if (random.below(4) > 0) connection.consume(connection.peek().length);
      goOn(connection);
      connection.write(bytes);
    },
  }));
}
