import { mutate } from '@atoll/sim/mutate';
import { Random } from '@atoll/sim/random';
import { expect, it } from 'vitest';
import { describeAlert } from '../src/alert.ts';
import { describeMessage } from '../src/describe.ts';
import { readExtensions } from '../src/extension.ts';
import { emitMessage, parseMessage } from '../src/message.ts';
import { emitOffer, OFFER } from '../src/offer.ts';
import { MESSAGES } from './rfc8448/messages.ts';

const RUNS = Number(process.env.ATOLL_FUZZ ?? 5000);

it(`takes ${RUNS} damaged messages`, { timeout: 600_000 }, () => {
  const random = new Random(Number(process.env.ATOLL_SEED ?? 8446));
  const seeds = [
    MESSAGES.clientHello,
    MESSAGES.serverHello,
    MESSAGES.encryptedExtensions,
    MESSAGES.certificate,
    MESSAGES.certificateVerify,
    MESSAGES.resumingHello,
    MESSAGES.retry,
  ];
  let parsed = 0;
  let offers = 0;
  for (let run = 0; run < RUNS; run++) {
    const bytes = random.chance(0.1)
      ? random.bytes(random.below(200))
      : mutate(random, random.pick(seeds));
    const result = parseMessage(bytes);
    if (!result.ok) {
      if (describeAlert(result.error.alert).startsWith('alert')) throw new Error('no such alert');
      continue;
    }
    parsed++;
    expect(parseMessage(emitMessage(result.value))).toEqual(result);
    if (describeMessage(result.value).length > 20 * bytes.length + 50) throw new Error('too long');
    if (!('extensions' in result.value)) continue;
    const offer = readExtensions(OFFER, result.value.extensions);
    if (!offer.ok) continue;
    offers++;
    const again = readExtensions(OFFER, emitOffer(offer.value));
    // A list of names without a host has no other form.
    if (offer.value.serverName !== '') expect(again).toEqual(offer);
  }
  expect(parsed).toBeGreaterThan(RUNS / 20);
  expect(offers).toBeGreaterThan(RUNS / 100);
});
