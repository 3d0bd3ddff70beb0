import { mutate } from '@atoll/sim/mutate';
import { Random } from '@atoll/sim/random';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Message, ResourceRecord } from '../src/message.ts';
import { NAME_LIMIT } from '../src/name.ts';
import { emitMessage, parseMessage } from '../src/packet.ts';
import { rdataText } from '../src/rdata.ts';
import { message } from './arbitrary.ts';

const RUNS = Number(process.env.ATOLL_FUZZ ?? 5000);

describe('parseMessage', () => {
  it('takes any bytes, and writes again what it took', () => {
    const random = new Random(1035);
    const seeds = fc
      .sample(message, { seed: 1035, numRuns: 200 })
      .map((value) => emitMessage(value));
    let taken = 0;
    for (let run = 0; run < RUNS; run++) {
      const bytes = random.chance(0.2)
        ? random.bytes(random.below(200))
        : mutate(random, random.pick(seeds));
      const result = parseMessage(bytes);
      if (!result.ok) {
        expectBounded(result.error.readable, bytes.length);
        continue;
      }
      taken++;
      expectBounded(result.value, bytes.length);
      expectAgain(result.value);
    }
    expect(taken).toBeGreaterThan(RUNS / 20);
  });
});

/** Names expand to 255 octets from 2, so that is the bound of what a message can grow into. */
function expectBounded(value: Message | undefined, length: number): void {
  if (value === undefined) return;
  const records = [...value.answers, ...value.authorities, ...value.additionals];
  if (records.length * 11 > length) throw new Error('more records than bytes can hold');
  let size = 0;
  for (const record of records) {
    if (record.name.length > NAME_LIMIT) throw new Error('name too long');
    size += record.data.length;
  }
  if (size > length + records.length * 2 * NAME_LIMIT) throw new Error('data too long');
}

/** What was read may need more room than it had, since others compress where we do not. */
function expectAgain(value: Message): void {
  const again = parseMessage(emitMessage(value));
  if (!again.ok) throw new Error(`not read again: ${again.error.reason}`);
  if (again.value.truncated && !value.truncated) return;
  expect(again.value).toEqual(value);
  for (const record of value.answers) expectText(record);
}

function expectText(record: ResourceRecord): void {
  const text = rdataText(record.type, record.data);
  if (!/^[ -~]*$/.test(text)) throw new Error(`not plain text: ${text}`);
}
