import { internetChecksum } from '@atoll/bytes/checksum';
import { describe, expect, it } from 'vitest';
import { BOB, pair } from './kit.ts';

const HOUR_MS = 3_600_000;

/** An hour of questions and answers over a bad network; answers what can be compared. */
function soak(seed: number) {
  let digest = 0;
  let frames = 0;
  const { lan, alice, bob } = pair(seed, {
    loss: 0.05,
    duplicate: 0.05,
    corrupt: 0.01,
    delay: 1,
    jitter: 20,
    observe(now, _, frame) {
      frames++;
      digest = (digest * 31 + internetChecksum(frame, 0, frame.length) + Math.floor(now)) >>> 0;
    },
  });
  let wrong = 0;
  let answers = 0;
  const server = bob.stack.udp.bind(7, (payload, from) => server?.send(payload, from));
  const client = alice.stack.udp.bind(0, (payload) => {
    answers++;
    if (payload.some((byte, at) => byte !== (payload[0] + at) % 256)) wrong++;
  });
  let questions = 0;
  const ask = (): void => {
    const first = lan.random.below(256);
    const size = 1 + lan.random.below(lan.random.chance(0.02) ? 20_000 : 1000);
    const payload = Uint8Array.from({ length: size }, (_, at) => (first + at) % 256);
    client?.send(payload, { address: BOB, port: 7 });
    questions++;
    lan.after(50 + lan.random.below(400), ask);
  };
  lan.after(0, ask);
  let most = 0;
  const look = (): void => {
    for (const { eth } of [alice, bob]) most = Math.max(most, eth.ipv4.fragmentBytes);
    expect(alice.eth.ipv4.neighbours).toBeLessThanOrEqual(2);
    lan.after(10_000, look);
  };
  lan.after(0, look);
  lan.run(HOUR_MS);
  const lost = [alice, bob].map(({ stack }) => stack.counters.unsent);
  return { digest, frames, questions, answers, wrong, lost, most };
}

describe('an hour of virtual time over a bad network', () => {
  const first = soak(1);

  it('delivers what the network does, and nothing that is wrong', () => {
    expect(first.wrong).toBe(0);
    expect(first.questions).toBeGreaterThan(10_000);
    expect(first.answers).toBeGreaterThan(first.questions * 0.85);
    // Hardly a neighbour was ever given up.
    for (const lost of first.lost) expect(lost).toBeLessThan(20);
  });

  it('keeps only the fragments of the last thirty seconds', () => {
    expect(first.most).toBeGreaterThan(0);
    expect(first.most).toBeLessThan(0x4_0000);
  });

  it('repeats itself exactly for its seed, and only for that', () => {
    expect(soak(1)).toEqual(first);
    expect(soak(2).digest).not.toBe(first.digest);
  });
});
