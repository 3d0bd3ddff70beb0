import { Random } from '@atoll/sim/random';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ArpPacket } from '../src/packet.ts';
import { REPLY, REQUEST } from '../src/packet.ts';
import type { ProbeEvent, ProbeTiming } from '../src/probe.ts';
import { AddressProbe, BRIEF } from '../src/probe.ts';

const ADDRESS = 0xc000_0201;
const OUR_MAC = 0x0200_0000_0001;
const PEER_MAC = 0x0200_0000_0002;
const PROBE: ArpPacket = {
  operation: REQUEST,
  senderMac: OUR_MAC,
  senderAddress: 0,
  targetMac: 0,
  targetAddress: ADDRESS,
};

function probeOf(seed: number, timing?: ProbeTiming): AddressProbe {
  const entropy = new Random(seed);
  return new AddressProbe({ mac: OUR_MAC, address: ADDRESS, entropy, ...(timing && { timing }) });
}

/** When what happened, until the probe is over or `until`. */
function run(probe: AddressProbe, start: number, until = Number.POSITIVE_INFINITY) {
  const log: { now: number; event: ProbeEvent }[] = [];
  for (let now = start; now < until; now = probe.nextTimeout) {
    const event = probe.poll(now);
    if (event !== undefined) log.push({ now, event });
  }
  return log;
}

describe('AddressProbe', () => {
  it('asks three times with the waits of RFC 5227, and then the address is free', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(1_000_000), (seed, start) => {
        const log = run(probeOf(seed), start);
        expect(log.map(({ event }) => event)).toEqual([
          { kind: 'send', packet: PROBE },
          { kind: 'send', packet: PROBE },
          { kind: 'send', packet: PROBE },
          { kind: 'free' },
        ]);
        const [first, second, third, free] = log.map(({ now }) => now);
        expect(first - start).toBeLessThanOrEqual(1000);
        for (const pause of [second - first, third - second]) {
          expect(pause).toBeGreaterThanOrEqual(1000);
          expect(pause).toBeLessThanOrEqual(2000);
        }
        expect(free - third).toBe(2000);
      }),
    );
  });

  it('can be in a hurry', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const log = run(probeOf(seed, BRIEF), 5000);
        expect(log.map(({ event }) => event.kind)).toEqual(['send', 'send', 'send', 'free']);
        expect(log[0].now).toBe(5000);
        expect(log[3].now).toBeGreaterThanOrEqual(5700);
        expect(log[3].now).toBeLessThanOrEqual(5900);
      }),
    );
  });

  it('does not wait equally long each time', () => {
    const waits = new Set(Array.from({ length: 20 }, (_, seed) => run(probeOf(seed), 0)[0].now));
    expect(waits.size).toBeGreaterThan(10);
  });

  const taken: [string, Partial<ArpPacket>][] = [
    ['an answer', { operation: REPLY, senderAddress: ADDRESS }],
    ['an announcement', { senderAddress: ADDRESS }],
    ['a question of who uses it', { senderAddress: ADDRESS, targetAddress: 0xc000_0205 }],
    ['a probe of another host', { senderAddress: 0 }],
  ];
  it.each(taken)('%s says that it is taken', (_, change) => {
    const probe = probeOf(1);
    run(probe, 0, 2500);
    const packet = { ...PROBE, senderMac: PEER_MAC, ...change };
    expect(probe.handle(packet)).toEqual({ kind: 'taken', mac: PEER_MAC });
    expect(probe.nextTimeout).toBe(Number.POSITIVE_INFINITY);
    expect([probe.poll(100_000), probe.handle(packet)]).toEqual([undefined, undefined]);
  });

  it('says so before it has sent anything', () => {
    const packet = { ...PROBE, senderMac: PEER_MAC, senderAddress: ADDRESS };
    expect(probeOf(1).handle(packet)?.kind).toBe('taken');
  });

  const harmless: [string, Partial<ArpPacket>][] = [
    ['its own probe', { senderMac: OUR_MAC }],
    ['a probe for another address', { senderMac: PEER_MAC, targetAddress: 0xc000_0203 }],
    ['a question for the address', { senderMac: PEER_MAC, senderAddress: 0xc000_0203 }],
    ['a reply to nobody', { senderMac: PEER_MAC, operation: REPLY }],
    ['a packet of a group', { senderMac: 0xffff_ffff_ffff, senderAddress: ADDRESS }],
  ];
  it.each(harmless)('%s does not', (_, change) => {
    const probe = probeOf(1);
    expect(probe.handle({ ...PROBE, ...change })).toBeUndefined();
    expect(run(probe, 0).at(-1)?.event).toEqual({ kind: 'free' });
  });
});
