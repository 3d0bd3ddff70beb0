import { ARP_LENGTH, emitArp } from '@atoll/arp/packet';
import { internetChecksum } from '@atoll/bytes/checksum';
import { loopbackPair } from '@atoll/device/loopback';
import { ETHERTYPE_ARP, emitEthernet } from '@atoll/ethernet/packet';
import { ECHO_REQUEST, emitIcmp, UNREACHABLE } from '@atoll/icmp/packet';
import { Logger } from '@atoll/log/log';
import { mutate } from '@atoll/sim/mutate';
import { Random } from '@atoll/sim/random';
import { describe, expect, it } from 'vitest';
import { describeFrame } from '../src/describe.ts';
import { Stack } from '../src/stack.ts';
import { ALICE, BOB, ipv4Frame, udpPayload } from './kit.ts';

const INPUTS = Number(process.env.ATOLL_FUZZ ?? 5000);

/** A frame that a stack takes, of a kind at random. */
function validFrame(random: Random, macs: { from: number; to: number }): Uint8Array {
  const source = random.chance(0.7) ? BOB : 0xc000_0200 + random.below(256);
  const fragment = {
    source,
    identification: random.below(8),
    moreFragments: random.chance(0.3),
    fragmentOffset: random.chance(0.3) ? 8 * random.below(16) : 0,
  };
  const kind = random.below(5);
  if (kind === 0) {
    const bytes = new Uint8Array(14 + ARP_LENGTH);
    emitEthernet(bytes, macs.to, macs.from, ETHERTYPE_ARP);
    emitArp(bytes, 14, {
      operation: random.chance(0.5) ? 1 : 2,
      senderMac: macs.from,
      senderAddress: source,
      targetMac: macs.to,
      targetAddress: ALICE,
    });
    return bytes;
  }
  if (kind <= 2) {
    const size = 8 * random.below(20);
    return ipv4Frame(macs, udpPayload(1, random.pick([7, 9]), size, source), fragment);
  }
  const quote = ipv4Frame(macs, udpPayload(1, 2, 0), {}).slice(14);
  const message = { type: random.pick([ECHO_REQUEST, UNREACHABLE]), code: 3, rest: 0, body: quote };
  return ipv4Frame(macs, emitIcmp(message), { ...fragment, protocol: random.pick([1, 1, 1, 6]) });
}

/** Makes the checksum of the IPv4 header right again, so that damage gets behind it. */
function repair(frame: Uint8Array): void {
  const end = 14 + (frame[14] & 0x0f) * 4;
  if (frame.length < 34 || end > frame.length) return;
  frame.fill(0, 24, 26);
  const checksum = internetChecksum(frame, 14, end);
  frame[24] = checksum >>> 8;
  frame[25] = checksum;
}

describe('a stack', () => {
  it('survives any frames, answers few of them, and forgets all of them', () => {
    const random = new Random(0x57ac);
    const [device, wire] = loopbackPair({ capacity: 256 });
    const macs = { from: wire.mac, to: device.mac };
    const entropy = new Random(1);
    const log = new Logger(() => {}, 'debug');
    const stack = new Stack({ entropy, log });
    const { ipv4 } = stack.attach({ device, ipv4: { address: ALICE, length: 24 } });
    let delivered = 0;
    const socket = stack.udp.bind(7, (payload, from) => {
      delivered++;
      socket?.send(payload, from);
    });
    let answered = 0;
    let now = 0;
    let deadline = 0;
    for (let input = 0; input < INPUTS; input++) {
      now += random.below(20);
      let bytes = validFrame(random, macs);
      if (random.chance(0.05)) bytes = random.bytes(random.below(1600));
      else if (random.chance(0.7)) bytes = mutate(random, bytes);
      if (random.chance(0.8)) repair(bytes);
      if (describeFrame(bytes, bytes.length).length > 200) throw new Error('a long line');
      const frame = wire.transmit();
      if (frame === undefined) throw new Error('the queue is full');
      frame.bytes.set(bytes);
      frame.length = bytes.length;
      wire.send(frame);
      deadline = stack.poll(now);
      if (ipv4.neighbours > 512) throw new Error(`${ipv4.neighbours} neighbours`);
      if (ipv4.fragmentBytes > 0x4_0000) throw new Error(`${ipv4.fragmentBytes} bytes`);
      for (let sent = wire.receive(); sent !== undefined; sent = wire.receive()) answered++;
    }
    const { malformed, foreign, closedPort, unsent } = stack.counters;
    for (const count of [delivered, answered, malformed, foreign, closedPort]) {
      expect(count).toBeGreaterThan(INPUTS / 200);
    }
    expect(answered + unsent).toBeLessThan(INPUTS * 2);
    // Left alone, it asks its neighbours a few times more and then has nothing left to do.
    let polls = 0;
    for (; deadline < Number.POSITIVE_INFINITY; polls++) deadline = stack.poll(deadline);
    expect(polls).toBeLessThan(10_000);
    expect([ipv4.neighbours, ipv4.fragmentBytes]).toEqual([0, 0]);
  });
});
