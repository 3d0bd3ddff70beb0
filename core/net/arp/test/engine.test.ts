import { BROADCAST_MAC } from '@atoll/ethernet/address';
import { describe, expect, it } from 'vitest';
import type { ArpEvent } from '../src/engine.ts';
import { Arp } from '../src/engine.ts';
import type { ArpPacket } from '../src/packet.ts';
import { REPLY, REQUEST } from '../src/packet.ts';

const US = 0xc000_0201;
const PEER = 0xc000_0202;
const OUR_MAC = 0x0200_0000_0001;
const PEER_MAC = 0x0200_0000_0002;
const OTHER_MAC = 0x0200_0000_0003;

/** An engine whose announcements are over. */
function engine(capacity = 8): Arp<string> {
  const arp = new Arp<string>({ mac: OUR_MAC, prefix: { address: US, length: 24 }, capacity });
  arp.poll(0);
  arp.poll(2000);
  return arp;
}

/** An engine that knows PEER since `now`. */
function acquainted(now = 3000): Arp<string> {
  const arp = engine();
  arp.handle(requestFrom(PEER, PEER_MAC), now);
  return arp;
}

function requestFrom(senderAddress: number, senderMac: number, targetAddress = US): ArpPacket {
  return { operation: REQUEST, senderMac, senderAddress, targetMac: 0, targetAddress };
}

function replyFrom(senderAddress: number, senderMac: number): ArpPacket {
  return { operation: REPLY, senderMac, senderAddress, targetMac: OUR_MAC, targetAddress: US };
}

/** What a request of ours for `targetAddress` looks like as an event. */
function asked(targetAddress: number, destination = BROADCAST_MAC): ArpEvent<string> {
  return { kind: 'send', destination, packet: requestFrom(US, OUR_MAC, targetAddress) };
}

describe('announcing', () => {
  it('says who we are twice, two seconds apart', () => {
    const prefix = { address: US, length: 24 };
    const arp = new Arp<string>({ mac: OUR_MAC, prefix, defence: 'yield' });
    expect(arp.poll(100)).toEqual([asked(US)]);
    expect(arp.nextTimeout).toBe(2100);
    expect(arp.poll(2099)).toEqual([]);
    expect(arp.poll(2100)).toEqual([asked(US)]);
    expect(arp.nextTimeout).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('an address that is kept', () => {
  it('is probed for without a wait, because announcements are not answered', () => {
    const arp = new Arp<string>({ mac: OUR_MAC, prefix: { address: US, length: 24 } });
    const probe = { ...asked(US), packet: requestFrom(0, OUR_MAC, US) };
    expect(arp.poll(100)).toEqual([probe, asked(US)]);
    expect(arp.handle(replyFrom(US, PEER_MAC), 101)).toEqual([
      { kind: 'conflict', mac: PEER_MAC },
      asked(US),
    ]);
    expect(arp.poll(2100)).toEqual([asked(US)]);
  });
});

describe('asking', () => {
  it('asks when something waits, and hands it out with the answer', () => {
    const arp = engine();
    expect(arp.find(PEER)).toBeUndefined();
    arp.wait(PEER, 'one');
    arp.wait(PEER, 'two');
    expect(arp.nextTimeout).toBeLessThanOrEqual(3000);
    expect(arp.poll(3000)).toEqual([asked(PEER)]);
    expect(arp.handle(replyFrom(PEER, PEER_MAC), 3001)).toEqual([
      { kind: 'resolved', mac: PEER_MAC, items: ['one', 'two'] },
    ]);
    expect(arp.find(PEER)).toBe(PEER_MAC);
  });

  it('asks again after 1, 2 and 4 seconds, and gives up after 8 more', () => {
    const arp = engine();
    arp.wait(PEER, 'lost');
    const times: number[] = [];
    for (let now = 10_000; arp.size > 0; now = arp.nextTimeout) {
      const events = arp.poll(now);
      times.push(now);
      if (arp.size > 0) expect(events).toEqual([asked(PEER)]);
      else expect(events).toEqual([{ kind: 'unreachable', address: PEER, items: ['lost'] }]);
    }
    expect(times).toEqual([10_000, 11_000, 13_000, 17_000, 25_000]);
  });

  it('keeps the last 64 of what waits for one neighbour', () => {
    const arp = engine();
    const numbers = Array.from({ length: 66 }, (_, item) => `${item}`);
    const lost = numbers.map((item) => arp.wait(PEER, item));
    expect(lost).toEqual([...Array(64).fill(0), 1, 1]);
    const [event] = arp.handle(replyFrom(PEER, PEER_MAC), 3000);
    expect(event).toMatchObject({ items: numbers.slice(2) });
  });

  it('bounds what waits for all of them together', () => {
    const arp = engine(100);
    const large = 'x'.repeat(60_000);
    let lost = 0;
    for (let host = 2; host < 12; host++) lost += arp.wait(0xc000_0200 + host, large);
    let kept = 0;
    for (let host = 2; host < 12; host++) {
      for (const event of arp.handle(replyFrom(0xc000_0200 + host, PEER_MAC), 3000)) {
        if (event.kind === 'resolved') kept += event.items.length;
      }
    }
    expect([kept, lost]).toEqual([4, 6]);
  });
});

describe('forgetting', () => {
  it('forgets a neighbour that is not used', () => {
    const arp = acquainted(3000);
    expect(arp.nextTimeout).toBe(63_000);
    expect(arp.poll(63_000)).toEqual([]);
    expect([arp.size, arp.find(PEER)]).toEqual([0, undefined]);
  });

  it('asks one that is used, first alone, then all, and keeps it meanwhile', () => {
    const arp = acquainted(3000);
    arp.find(PEER);
    expect(arp.poll(63_000)).toEqual([asked(PEER, PEER_MAC)]);
    expect(arp.find(PEER)).toBe(PEER_MAC);
    expect(arp.poll(64_000)).toEqual([asked(PEER, PEER_MAC)]);
    expect(arp.poll(66_000)).toEqual([asked(PEER)]);
    expect(arp.handle(replyFrom(PEER, PEER_MAC), 66_001)).toEqual([]);
    arp.poll(74_000);
    expect([arp.nextTimeout, arp.find(PEER)]).toEqual([126_001, PEER_MAC]);
  });

  it('neither asks nor forgets one whom upper layers hear from', () => {
    const arp = acquainted(3000);
    arp.find(PEER);
    for (let now = 10_000; now <= 600_000; now += 10_000) {
      arp.confirm(PEER, now);
      expect(arp.poll(now)).toEqual([]);
    }
    expect(arp.poll(659_999)).toEqual([]);
    expect(arp.poll(660_000)).toEqual([asked(PEER, PEER_MAC)]);
    arp.confirm(PEER, 660_500);
    expect(arp.poll(700_000)).toEqual([]);
  });

  it('learns nothing of one who is unknown from upper layers', () => {
    const arp = engine();
    arp.confirm(PEER, 3000);
    expect(arp.size).toBe(0);
    arp.wait(PEER, 'one');
    arp.confirm(PEER, 3000);
    expect(arp.poll(3000)).toEqual([asked(PEER)]);
  });

  it('never knows more than its capacity, and keeps those in use', () => {
    const arp = engine(8);
    arp.handle(requestFrom(PEER, PEER_MAC), 3000);
    for (let round = 0; round < 1000; round++) {
      arp.handle(requestFrom(0xc000_0200 + 3 + (round % 200), OTHER_MAC), 3000);
      expect(arp.find(PEER)).toBe(PEER_MAC);
    }
    expect(arp.size).toBe(8);
  });
});

describe('answering', () => {
  const answer = (targetMac: number, targetAddress: number): ArpEvent<string> => ({
    kind: 'send',
    destination: targetMac,
    packet: {
      operation: REPLY,
      senderMac: OUR_MAC,
      senderAddress: US,
      targetMac,
      targetAddress,
    },
  });

  it('answers a request for us and remembers who asked', () => {
    const arp = engine();
    expect(arp.handle(requestFrom(PEER, PEER_MAC), 3000)).toEqual([answer(PEER_MAC, PEER)]);
    expect(arp.find(PEER)).toBe(PEER_MAC);
  });

  it('answers a probe without learning from it', () => {
    const arp = engine();
    expect(arp.handle(requestFrom(0, PEER_MAC), 3000)).toEqual([answer(PEER_MAC, 0)]);
    expect(arp.size).toBe(0);
  });

  it('answers hosts of other networks without learning from them', () => {
    const arp = engine();
    const stranger = 0x0a00_0001;
    expect(arp.handle(requestFrom(stranger, PEER_MAC), 3000)).toEqual([answer(PEER_MAC, stranger)]);
    expect(arp.size).toBe(0);
  });

  it('does not answer for others', () => {
    expect(engine().handle(requestFrom(PEER, PEER_MAC, 0xc000_0203), 3000)).toEqual([]);
  });
});

describe('believing', () => {
  it('learns nothing from replies and announcements that nobody asked for', () => {
    const arp = engine();
    arp.handle(replyFrom(PEER, PEER_MAC), 3000);
    arp.handle(requestFrom(PEER, PEER_MAC, PEER), 3000);
    expect(arp.size).toBe(0);
  });

  it('reports a neighbour that moves', () => {
    const arp = acquainted();
    expect(arp.handle(requestFrom(PEER, OTHER_MAC, PEER), 4000)).toEqual([
      { kind: 'moved', address: PEER, from: PEER_MAC, mac: OTHER_MAC },
    ]);
    expect(arp.find(PEER)).toBe(OTHER_MAC);
  });

  it.each([
    ['broadcast', BROADCAST_MAC],
    ['multicast', 0x0100_5e00_0001],
    ['no', 0],
  ])('does not believe a %s hardware address', (_, mac) => {
    const arp = acquainted();
    expect(arp.handle(replyFrom(PEER, mac), 4000)).toEqual([]);
    expect(arp.find(PEER)).toBe(PEER_MAC);
  });

  it.each([
    ['the network', 0xc000_0200],
    ['everybody', 0xc000_02ff],
  ])('does not learn the address of %s', (_, address) => {
    const arp = engine();
    arp.handle(requestFrom(address, PEER_MAC), 3000);
    expect(arp.size).toBe(0);
  });

  it('takes no notice of its own packets', () => {
    expect(engine().handle(requestFrom(US, OUR_MAC), 3000)).toEqual([]);
  });
});

describe('defending', () => {
  it('keeps its address and says so, once in ten seconds', () => {
    const arp = engine();
    const claim = requestFrom(US, OTHER_MAC, US);
    const defence = [{ kind: 'conflict', mac: OTHER_MAC }, asked(US)];
    expect(arp.handle(claim, 3000)).toEqual(defence);
    expect(arp.handle(claim, 12_999)).toEqual([]);
    expect(arp.handle(claim, 13_000)).toEqual(defence);
    expect(arp.size).toBe(0);
  });

  it('gives its address up, if told to, when it is claimed again within ten seconds', () => {
    const prefix = { address: US, length: 24 };
    const arp = new Arp<string>({ mac: OUR_MAC, prefix, defence: 'yield' });
    const claim = requestFrom(US, OTHER_MAC, US);
    const defended = ['conflict', 'send'];
    expect(arp.handle(claim, 3000).map(({ kind }) => kind)).toEqual(defended);
    expect(arp.handle(claim, 13_000).map(({ kind }) => kind)).toEqual(defended);
    expect(arp.handle(claim, 22_999)).toEqual([{ kind: 'lost', mac: OTHER_MAC }]);
    expect(arp.wait(PEER, 'datagram')).toBe(1);
    expect(arp.handle(requestFrom(PEER, PEER_MAC), 40_000)).toEqual([]);
    expect(arp.poll(40_000)).toEqual([]);
    expect(arp.nextTimeout).toBe(Number.POSITIVE_INFINITY);
  });
});
