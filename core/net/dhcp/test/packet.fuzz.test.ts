import { mutate } from '@atoll/sim/mutate';
import { Random } from '@atoll/sim/random';
import { expect, it } from 'vitest';
import { describeMessage, emitMessage, parseMessage } from '../src/packet.ts';
import { ascii, asks, hostname, message, requested, serverId, T } from './support.ts';

const RUNS = Number(process.env.ATOLL_FUZZ ?? 5000);

const SEEDS = [
  emitMessage(message(T.DISCOVER, 1, { options: [asks(1, 3, 6, 15), hostname('laptop')] })),
  emitMessage(message(T.REQUEST, 2, { options: [requested(1), serverId()], flags: 0x8000 })),
  emitMessage(
    message(T.ACK, 3, {
      options: [
        [119, ascii('\x03lan\x00\x04home\xc0\x00')],
        [121, Uint8Array.of(24, 10, 0, 0, 192, 0, 2, 1)],
        [120, Uint8Array.of(1, 192, 0, 2, 1)],
        [43, new Uint8Array(250)],
        [77, new Uint8Array(120)],
        [82, Uint8Array.of(1, 2, 3, 4)],
      ],
    }),
  ),
];

it(`takes ${RUNS} damaged messages`, { timeout: 600_000 }, () => {
  const random = new Random(2131);
  let parsed = 0;
  for (let run = 0; run < RUNS; run++) {
    const bytes = random.chance(0.1)
      ? random.bytes(random.below(600))
      : mutate(random, random.pick(SEEDS));
    const result = parseMessage(bytes);
    if (!result.ok) {
      expect(result.error.blame).toBe('peer');
      continue;
    }
    parsed++;
    let size = 0;
    for (const value of result.value.options.values()) size += value.length;
    if (size > bytes.length) throw new Error(`${size} octets of options in ${bytes.length}`);
    if (describeMessage(result.value).length > 300 * bytes.length)
      throw new Error('too long a line');
    if (emitMessage(result.value).length > 548) throw new Error('too long a message');
  }
  expect(parsed).toBeGreaterThan(RUNS / 10);
});
