import { describe, expect, it } from 'vitest';
import { NetworkBed, tcpFrame } from './network.ts';

const BLANK = 2;
const VALIDATED = 1;

function received(bed: NetworkBed): Uint8Array | undefined {
  const frame = bed.device.receive();
  return frame?.bytes.slice(0, frame.length);
}

describe('frames that arrive', () => {
  it('come as they were given, of one page and of many', () => {
    const bed = new NetworkBed();
    const backend = bed.connect();
    // More than once around the ring.
    for (let round = 0; round < 100; round++) {
      for (const length of [24, 60, 1514, 4096, 9000, 65_535]) {
        const bytes = tcpFrame(length, round);
        expect(backend.give(bytes)).toBe(true);
        // Comparing byte by byte takes its time.
        expect(Buffer.compare(bytes, received(bed) ?? Buffer.of())).toBe(0);
        bed.device.settle(false);
      }
    }
    expect(received(bed)).toBeUndefined();
    expect(bed.device.violations).toBe(0);
    expect(bed.device.counters).toMatchObject({ receivedFrames: 600, droppedFrames: 0 });
  });

  it('are lost rather than more than the pages that were offered', () => {
    const bed = new NetworkBed();
    const backend = bed.connect();
    let given = 0;
    while (backend.give(tcpFrame(100, given))) given++;
    expect(given).toBe(64);
    for (let index = 0; index < given; index++) expect(received(bed)).toEqual(tcpFrame(100, index));
    expect(backend.give(tcpFrame(100))).toBe(false);
    bed.device.settle(false);
    expect(backend.give(tcpFrame(100))).toBe(true);
  });

  it('say where the checksum is that was left to be written, and how long segments were', () => {
    const bed = new NetworkBed();
    const backend = bed.connect();
    backend.give(tcpFrame(9000), BLANK | VALIDATED, 1448);
    expect(bed.device.receive()).toMatchObject({
      length: 9000,
      isChecked: true,
      checksumStart: 34,
      checksumOffset: 16,
      segmentSize: 1448,
    });
    backend.give(tcpFrame(200), VALIDATED);
    expect(bed.device.receive()).toMatchObject({
      isChecked: true,
      checksumStart: 0,
      segmentSize: 0,
    });
    backend.give(tcpFrame(200));
    expect(bed.device.receive()).toMatchObject({ isChecked: false, checksumStart: 0 });
  });

  it('are copies: a peer that goes on writing changes nothing', () => {
    const bed = new NetworkBed();
    const backend = bed.connect();
    backend.give(tcpFrame(100));
    const frame = bed.device.receive();
    for (const { address } of bed.memory.grants.values()) {
      bed.memory.bytes.fill(0xff, address, address + 4096);
    }
    expect(frame?.bytes.slice(0, 100)).toEqual(tcpFrame(100));
  });
});

describe('frames that leave', () => {
  it('reach the backend as they were, with what it has to do for them', () => {
    const bed = new NetworkBed();
    const backend = bed.connect();
    for (let round = 0; round < 100; round++) {
      for (const length of [24, 1514, 9000, 65_535]) {
        const frame = bed.device.transmit(length > 2048 ? 65_792 : 2048);
        if (frame === undefined) throw new Error('there is no room');
        frame.bytes.set(tcpFrame(length, round));
        frame.length = length;
        frame.checksumStart = 34;
        frame.checksumOffset = 16;
        frame.segmentSize = length > 2048 ? 1448 : 0;
        bed.device.send(frame);
        bed.device.settle(false);
        backend.takeAll();
        const [sent] = backend.frames.splice(0);
        expect(Buffer.compare(sent.bytes, tcpFrame(length, round))).toBe(0);
        expect(sent.flags & 3).toBe(3);
        expect([sent.segmentSize, sent.type]).toEqual(length > 2048 ? [1448, 1] : [0, 0]);
      }
    }
    expect(bed.device.violations).toBe(0);
  });

  it('wait for room, and find it when the backend has answered', () => {
    const bed = new NetworkBed(false);
    const backend = bed.connect();
    let count = 0;
    for (let frame = bed.device.transmit(); frame !== undefined; frame = bed.device.transmit()) {
      frame.length = 60;
      bed.device.send(frame);
      count++;
    }
    expect(count).toBe(64);
    bed.device.settle(false);
    backend.takeAll();
    expect(backend.frames.length).toBe(64);
    expect(bed.device.transmit()).toBeDefined();
  });

  it('are lost when they are longer than a slot can say', () => {
    const bed = new NetworkBed();
    const backend = bed.connect();
    for (const length of [65_536, 65_535]) {
      const frame = bed.device.transmit(65_792);
      if (frame === undefined) throw new Error('there is no room');
      frame.length = length;
      frame.checksumStart = 34;
      frame.segmentSize = 1448;
      bed.device.send(frame);
    }
    bed.device.settle(false);
    backend.takeAll();
    expect(backend.frames.map(({ bytes }) => bytes.length)).toEqual([65_535]);
    expect(bed.device.counters.droppedFrames).toBe(1);
  });

  it('cannot be larger than what the backend cuts', () => {
    const bed = new NetworkBed(false);
    bed.connect();
    expect(() => bed.device.transmit(9000)).toThrow(RangeError);
  });

  it('tell the backend only when it wants to be told', () => {
    const bed = new NetworkBed();
    const backend = bed.connect();
    const before = bed.sent;
    const push = () => {
      const frame = bed.device.transmit();
      if (frame === undefined) throw new Error('there is no room');
      frame.length = 60;
      bed.device.send(frame);
      bed.device.settle(false);
    };
    push();
    expect(bed.sent).toBe(before + 1);
    push();
    expect(bed.sent).toBe(before + 1);
    backend.takeAll();
    push();
    expect(bed.sent).toBe(before + 2);
  });
});

describe('a backend that goes', () => {
  it('takes nothing with it: frames are lost until there is one again', () => {
    const bed = new NetworkBed();
    for (let time = 0; time < 20; time++) {
      const backend = bed.connect(time);
      backend.give(tcpFrame(100, time));
      expect(received(bed)).toEqual(tcpFrame(100, time));
      bed.device.disconnect();
      expect(bed.memory.grants.size).toBe(0);
      expect(bed.ports.size).toBe(0);
      const frame = bed.device.transmit();
      if (frame === undefined) throw new Error('a frame can always be lost');
      frame.length = 60;
      bed.device.send(frame);
      expect(received(bed)).toBeUndefined();
    }
    expect(bed.device.counters.droppedFrames).toBe(20);
  });

  it('keeps what it has mapped from being shared with the next one', () => {
    const bed = new NetworkBed();
    bed.connect(1);
    const kept = [...bed.memory.grants].slice(0, 10).map(([reference, { address }]) => {
      bed.memory.inUse.add(reference);
      return address;
    });
    bed.device.disconnect();
    bed.connect(2);
    const shared = [...bed.memory.grants.values()].filter(({ domain }) => domain === 2);
    expect(shared.some(({ address }) => kept.includes(address))).toBe(false);
    bed.memory.inUse.clear();
    bed.device.disconnect();
    bed.connect(3);
    expect([...bed.memory.grants.values()].every(({ domain }) => domain === 3)).toBe(true);
  });
});
