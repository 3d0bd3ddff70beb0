import { mutate } from '@atoll/sim/mutate';
import { Random } from '@atoll/sim/random';
import { expect, it } from 'vitest';
import { describeAlert } from '../src/alert.ts';
import { TicketKeys } from '../src/server/ticket.ts';
import { credentials, GROUPS, NOW, Pair, SUITES, sessionOf, verifier } from './kit.ts';

const RUNS = Number(process.env.ATOLL_FUZZ ?? 300);

it(`goes through ${RUNS} handshakes with damage`, { timeout: 600_000 }, () => {
  const random = new Random(Number(process.env.ATOLL_SEED ?? 13));
  const quick = {
    credentials: () => [credentials({ purpose: 'server', name: 'host' }, 'ed25519')],
    tickets: new TicketKeys(SUITES.aes128.aead),
  };
  const session = sessionOf(new Pair({}, quick).run().client);
  const me = credentials({ purpose: 'client', name: 'me' }, 'ed25519');
  const asking = { credentials: quick.credentials, clients: { verifier, required: true } };
  const kinds = [
    () => new Pair({}, quick),
    () => new Pair({}, quick, { serverName: 'host', session }),
    () => new Pair({ credentials: me }, asking),
    () => new Pair({ keyShares: 2 }, { ...quick, groups: [GROUPS.hybrid, GROUPS.p256] }),
  ];
  let refused = 0;
  for (let run = 0; run < RUNS; run++) {
    const pair = random.pick(kinds)();
    const target = random.below(4);
    if (target === 0) {
      // The hello left when the client was made; here it comes damaged, and alone.
      const hello = mutate(random, pair.flights[0].bytes);
      const { failure } = pair.server.connection.handle(hello, NOW);
      if (failure) refused++;
      continue;
    }
    pair.damage = (bytes, nth) => (nth === target ? mutate(random, bytes) : bytes);
    pair.run();
    for (const { failure } of [pair.client, pair.server]) {
      if (failure === undefined) continue;
      refused++;
      if (failure.blame === 'peer') expect(describeAlert(failure.alert)).not.toMatch(/^alert/);
    }
    const [client, server] = [pair.client.connection, pair.server.connection];
    if (!client.isConnected || !server.isConnected) continue;
    if (client.isWriteClosed || server.isReadClosed) continue;
    const nothing = new Uint8Array(0);
    const exported = client.exportKeyingMaterial('EXPORTER-fuzz', nothing, 32);
    expect(server.exportKeyingMaterial('EXPORTER-fuzz', nothing, 32)).toEqual(exported);
  }
  expect(refused).toBeGreaterThan(RUNS / 4);
});
