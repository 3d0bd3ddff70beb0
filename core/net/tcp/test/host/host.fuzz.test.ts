import { mutate } from '@atoll/sim/mutate';
import { Random } from '@atoll/sim/random';
import { describe, expect, it } from 'vitest';
import type { SegmentHeader } from '../../src/packet.ts';
import { ACK, emitTcp, emptyHeader, FIN, PSH, RST, SYN } from '../../src/packet.ts';
import { CLIENT, connect, SERVER, serve } from './kit.ts';
import type { Seen } from './network.ts';
import { Network } from './network.ts';

const INPUTS = Number(process.env.ATOLL_FUZZ ?? 5000);
const FLAGS = [ACK, ACK, ACK | PSH, SYN, SYN | ACK, FIN | ACK, RST, RST | ACK, FIN, 0, 0xff];

/** A header near what the connection between `last` expects, so that it gets past the first checks. */
function likely(random: Random, last: Seen): SegmentHeader {
  const near = (number: number) => (number + random.pick([0, 0, 1, -1, 1000, -1000, 70_000])) >>> 0;
  const header: SegmentHeader = {
    ...emptyHeader(),
    sourcePort: last.destinationPort,
    destinationPort: last.sourcePort,
    sequence: near(last.acknowledgment),
    acknowledgment: near(last.sequence),
    flags: random.pick(FLAGS),
    window: random.pick([0, 1, 1000, 65_535]),
  };
  if (random.chance(0.7)) {
    header.hasTimestamp = true;
    header.timestamp = near(last.timestampEcho);
    header.timestampEcho = near(last.timestamp);
  }
  if ((header.flags & SYN) !== 0) {
    header.mss = random.pick([0, 1, 48, 1460, 65_535]);
    header.windowScale = random.pick([-1, 0, 7, 14]);
    header.sackPermitted = random.chance(0.5);
  } else if (random.chance(0.4)) {
    header.sackCount = 1 + random.below(header.hasTimestamp ? 3 : 4);
    for (let word = 0; word < header.sackCount * 2; word++) {
      header.sacks[word] = near(last.sequence + random.below(3000));
    }
  }
  return header;
}

describe('a TCP host', () => {
  it('survives any segments, answers in moderation, and keeps its memory bounded', () => {
    const random = new Random(0x7c9);
    const network = new Network(1);
    const server = network.host(SERVER, { memory: 2 ** 19, connections: 64, timeWaits: 32 });
    const client = network.host(CLIENT);
    const latest: Seen[] = [];
    let answers = 0;
    network.observe = (seen) => {
      if (seen.from !== SERVER) return;
      answers++;
      latest[random.below(32)] = seen;
    };
    // The server serves any number of the connections that come to be, and sends on all of them.
    serve(server, 80, (each) => {
      each.endsToo = random.chance(0.8);
      each.isReading = random.chance(0.8);
      each.send(random.below(20_000), random.chance(0.5));
    });
    const region = { bytes: new Uint8Array(4096), address: 0 };
    const payload = { bytes: random.bytes(2000), address: 0 };
    for (let input = 0; input < INPUTS; input++) {
      if (input % 50 === 0)
        connect(client, SERVER, 80).send(random.below(5000), random.chance(0.5));
      const last = latest[random.below(latest.length)];
      const header = last === undefined ? { ...emptyHeader(), flags: SYN } : likely(random, last);
      const length = random.pick([0, 0, 1, 100, 1448]);
      const size = emitTcp(region, 100, header, 0, true, payload, 0, length);
      let bytes: Uint8Array = region.bytes.slice(100, 100 + size);
      if (random.chance(0.3)) bytes = mutate(random, bytes);
      const from =
        last !== undefined && random.chance(0.9) ? (last.to as number) : random.below(2 ** 32);
      // Checksums are vouched for: damage shall get behind them.
      const segmentSize = random.chance(0.1) ? 1000 : 0;
      server.tcp.handle(
        { bytes, address: 0 },
        0,
        bytes.length,
        from,
        SERVER,
        true,
        segmentSize,
        network.now,
      );
      if (random.chance(0.5)) {
        server.tcp.handleReport(
          {
            kind: random.pick(['hard', 'soft', 'too-big']),
            local: SERVER,
            remote: from,
            localPort: 80,
            remotePort: header.sourcePort,
            sequence: header.acknowledgment,
            mtu: random.pick([0, 68, 576, 1400, 65_535]),
          },
          network.now,
        );
      }
      server.poll();
      network.run(network.now + random.pick([0, 0, 1, 50, 3000]));
      expect(server.tcp.usedMemory).toBeLessThanOrEqual(2 ** 19);
      expect(server.tcp.timeWaits).toBeLessThanOrEqual(32);
    }
    expect(answers).toBeLessThan(INPUTS * 20);
    expect(server.tcp.counters.passiveOpens).toBeGreaterThan(INPUTS / 200);
    // In the end nobody says anything more, and all of it is forgotten but what the peer may still want.
    client.isConnected = false;
    network.hosts.delete(CLIENT);
    network.run(network.now + 3_600_000);
    expect(server.tcp.usedMemory).toBeLessThanOrEqual(2 ** 19);
  });
});
