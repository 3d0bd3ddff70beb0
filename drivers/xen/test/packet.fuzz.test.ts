import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { encodeMessage, MAX_PAYLOAD, StoreReader } from '../src/store/packet.ts';

const FUZZ = { numRuns: Number(process.env.ATOLL_FUZZ ?? 300) };

const word = fc.integer({ min: 0, max: 0xffff_ffff });
const message = fc.record({
  type: word,
  request: word,
  transaction: word,
  payload: fc.uint8Array({ maxLength: 300 }),
});

it('puts messages together that come in pieces of any size', () => {
  fc.assert(
    fc.property(fc.array(message, { maxLength: 8 }), fc.array(fc.nat(50)), (messages, cuts) => {
      const bytes = Buffer.concat(messages.map(encodeMessage));
      const reader = new StoreReader();
      const read = [];
      let at = 0;
      for (const cut of [...cuts, bytes.length]) {
        read.push(...reader.push(bytes.subarray(at, at + cut)));
        at = Math.min(bytes.length, at + cut);
      }
      expect(read).toEqual(messages);
    }),
    FUZZ,
  );
});

it('takes any bytes without harm, and no message that is too long', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 5000 }), { maxLength: 5 }), (pieces) => {
      const reader = new StoreReader();
      for (const piece of pieces) {
        for (const { payload } of reader.push(piece)) {
          expect(payload.length).toBeLessThanOrEqual(MAX_PAYLOAD);
        }
      }
    }),
    FUZZ,
  );
  const reader = new StoreReader();
  const header = new Uint8Array(16);
  new DataView(header.buffer).setUint32(12, MAX_PAYLOAD + 1, true);
  expect(reader.push(header)).toEqual([]);
  expect(reader.isBroken).toBe(true);
});
