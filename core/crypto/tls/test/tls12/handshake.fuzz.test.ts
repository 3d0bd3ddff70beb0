import { mutate } from '@atoll/sim/mutate';
import { Random } from '@atoll/sim/random';
import { expect, it } from 'vitest';
import { describeAlert } from '../../src/alert.ts';
import { readExtensions } from '../../src/extension.ts';
import { describe12 } from '../../src/tls12/describe.ts';
import { emitOffer12, OFFER12 } from '../../src/tls12/extension.ts';
import { emitMessage12, parseMessage12 } from '../../src/tls12/message.ts';
import { ecdheSuite } from '../../src/tls12/suite.ts';
import { Pair } from '../kit.ts';
import { TOY } from '../toy.ts';
import { SUITES12 } from './kit.ts';
import { scenarios12, stepsOf } from './scenario.ts';

const SCENARIOS = scenarios12(SUITES12.aes128);
const random = new Random(Number(process.env.ATOLL_SEED ?? 5246));
const MESSAGES = Number(process.env.ATOLL_FUZZ ?? 5000);
const HANDSHAKES = Number(process.env.ATOLL_FUZZ ?? 300);

it(`takes ${MESSAGES} damaged messages`, { timeout: 600_000 }, () => {
  const readable = scenarios12(ecdheSuite(TOY.suite.aead, TOY.hash));
  const seeds = readable
    .flatMap((scenario) => [...stepsOf(scenario, 'client'), ...stepsOf(scenario, 'server')])
    .flatMap(({ message }) => message ?? []);
  let parsed = 0;
  let offers = 0;
  for (let run = 0; run < MESSAGES; run++) {
    const bytes = random.chance(0.1)
      ? random.bytes(random.below(200))
      : mutate(random, random.pick(seeds));
    const result = parseMessage12(bytes);
    if (describe12(bytes).length > 20 * bytes.length + 99) throw new Error('too long');
    if (!result.ok) {
      expect(describeAlert(result.error.alert)).not.toMatch(/^alert/);
      continue;
    }
    parsed++;
    expect(parseMessage12(emitMessage12(result.value))).toEqual(result);
    if (!('extensions' in result.value)) continue;
    const offer = readExtensions(OFFER12, result.value.extensions);
    if (!offer.ok) continue;
    offers++;
    expect(readExtensions(OFFER12, emitOffer12(offer.value))).toEqual(offer);
  }
  expect(parsed).toBeGreaterThan(MESSAGES / 20);
  expect(offers).toBeGreaterThan(MESSAGES / 100);
});

it(`goes through ${HANDSHAKES} handshakes with damage`, { timeout: 600_000 }, () => {
  let refused = 0;
  for (let run = 0; run < HANDSHAKES; run++) {
    const { client: ours, server: theirs, target } = random.pick(SCENARIOS);
    const pair = new Pair(ours, theirs, target);
    const damaged = random.below(4);
    if (damaged === 0) pair.resend(mutate(random, pair.flights[0].bytes));
    pair.damage = (bytes, nth) => (nth === damaged ? mutate(random, bytes) : bytes);
    pair.run();
    const { client, server } = pair;
    for (const { failure } of [client, server]) {
      if (failure === undefined) continue;
      refused++;
      if (failure.blame === 'peer') expect(describeAlert(failure.alert)).not.toMatch(/^alert/);
    }
    const isMade = client.connection.isConnected && server.connection.isConnected;
    if (!isMade || client.connection.isWriteClosed || server.connection.isReadClosed) continue;
    const exported = client.connection.exportKeyingMaterial('EXPORTER-fuzz', undefined, 32);
    expect(server.connection.exportKeyingMaterial('EXPORTER-fuzz', undefined, 32)).toEqual(
      exported,
    );
  }
  expect(refused).toBeGreaterThan(HANDSHAKES / 4);
});
