import { Random } from '@atoll/sim/random';
import { expect, it } from 'vitest';
import { NetworkBed, tcpFrame } from './network.ts';

const RUNS = Number(process.env.ATOLL_FUZZ ?? 300);
const SEED = Number(process.env.ATOLL_SEED ?? 1);

/** A backend that writes anything anywhere in what is shared with it, between good frames. */
it('bears any backend, and serves a good one afterwards', () => {
  const random = new Random(SEED);
  const bed = new NetworkBed();
  for (let run = 0; run < RUNS; run++) {
    const backend = bed.connect(run % 5);
    for (let step = 0; step < 30; step++) {
      const { device } = bed;
      const ring = random.pick([backend.send, backend.receive]);
      switch (random.below(5)) {
        case 0:
          ring.setUint32(random.below(16) * 4, random.below(300), true);
          break;
        case 1:
          ring.setUint16(64 + random.below(2016) * 2, random.below(0x1_0000), true);
          break;
        case 2:
          // It cannot write where its own rubbish stands instead of a reference.
          try {
            backend.give(tcpFrame(60 + random.below(9000)), random.below(16), random.below(2000));
          } catch {}
          break;
        case 3:
          for (let frame = device.receive(), count = 0; frame !== undefined; count++) {
            expect(frame.length).toBeLessThanOrEqual(frame.bytes.length);
            expect(frame.checksumStart).toBeLessThan(frame.length);
            expect(count).toBeLessThan(300);
            frame = device.receive();
          }
          break;
        default: {
          const frame = device.transmit();
          if (frame === undefined) break;
          frame.length = 14 + random.below(1500);
          device.send(frame);
        }
      }
      device.settle(random.below(2) === 0);
    }
    bed.device.disconnect();
    expect(bed.memory.grants.size).toBe(0);
  }
  const backend = bed.connect();
  backend.give(tcpFrame(1000));
  expect(bed.device.receive()?.length).toBe(1000);
});
