import { fromHex, toHex } from '@atoll/bytes/hex';
import { describe, expect, it } from 'vitest';
import { createFrame, FrameQueue, frameIn, heapMemory } from '../src/frame.ts';
import { loopbackPair } from '../src/loopback.ts';
import type { Frame, NetworkDevice } from '../src/network.ts';
import { FRAME_CAPACITY, LARGE_FRAME_CAPACITY } from '../src/network.ts';
import { captured, pcapHeader, pcapRecord } from '../src/pcap.ts';
import { traced } from '../src/tracer.ts';

function send(device: NetworkDevice, ...bytes: number[]): void {
  const frame = device.transmit();
  if (frame === undefined) throw new Error('the queue is full');
  frame.bytes.set(bytes);
  frame.length = bytes.length;
  device.send(frame);
}

function frameOf(bytes: readonly number[], length = bytes.length): Frame {
  const frame = frameIn({ bytes: Uint8Array.from(bytes), address: 0 });
  frame.length = length;
  return frame;
}

function received(device: NetworkDevice): number[] | undefined {
  const frame = device.receive();
  return frame && Array.from(frame.bytes.subarray(0, frame.length));
}

describe('FrameQueue', () => {
  it('lends frames in order and leaves the one on loan alone', () => {
    const queue = new FrameQueue(2);
    expect(queue.push(frameOf([1, 9], 1))).toBe(true);
    expect(queue.push(frameOf([2]))).toBe(true);
    expect(queue.push(frameOf([3]))).toBe(false);
    const lent = queue.shift();
    expect(queue.push(frameOf([3]))).toBe(true);
    expect([lent?.bytes[0], lent?.length]).toEqual([1, 1]);
    expect([queue.shift()?.bytes[0], queue.shift()?.bytes[0], queue.shift()]).toEqual([
      2,
      3,
      undefined,
    ]);
  });

  it('refuses what is larger than its frames', () => {
    const frame = (length: number) => frameOf(new Array<number>(length).fill(1));
    expect(new FrameQueue(1).push(frame(FRAME_CAPACITY + 1))).toBe(false);
    expect(new FrameQueue(1).push(frame(FRAME_CAPACITY))).toBe(true);
    expect(new FrameQueue(1, heapMemory, 9018).push(frame(9018))).toBe(true);
    expect(new FrameQueue(1, heapMemory, 9018).push(frame(9019))).toBe(false);
  });

  it('keeps what is said about a frame', () => {
    const queue = new FrameQueue(1);
    const about = { checksumStart: 34, checksumOffset: 16, segmentSize: 1460, isChecked: true };
    queue.push(Object.assign(frameOf([1]), about));
    expect(queue.shift()).toMatchObject(about);
    queue.push(frameOf([1]));
    queue.shift();
    queue.push(frameOf([1]));
    expect(queue.shift()).toMatchObject({ checksumStart: 0, segmentSize: 0, isChecked: false });
  });

  it('takes its buffers from where it is told', () => {
    const frame = createFrame((size) => ({ bytes: new Uint8Array(size), address: 4096 }));
    expect([frame.bytes.length, frame.address, frame.length]).toEqual([FRAME_CAPACITY, 4096, 0]);
  });
});

describe('loopbackPair', () => {
  it('carries frames both ways, in order, and counts them', () => {
    const [left, right] = loopbackPair();
    send(left, 1, 2);
    send(left, 3);
    send(right, 4);
    expect([received(right), received(right), received(right)]).toEqual([[1, 2], [3], undefined]);
    expect(received(left)).toEqual([4]);
    expect(left.counters).toEqual({
      sentFrames: 2,
      sentBytes: 3,
      receivedFrames: 1,
      receivedBytes: 1,
      droppedFrames: 0,
    });
  });

  it('loses what does not fit into the queue of the other end', () => {
    const [left, right] = loopbackPair({ capacity: 1 });
    send(left, 1);
    send(left, 2);
    expect([received(right), received(right)]).toEqual([[1], undefined]);
    expect(left.counters.droppedFrames).toBe(1);
  });

  it('lends frames as large as its devices can send', () => {
    const [plain] = loopbackPair();
    expect(plain.transmit()?.bytes.length).toBe(FRAME_CAPACITY);
    expect(() => plain.transmit(FRAME_CAPACITY + 1)).toThrow('no frame is so large');
    const [jumbo] = loopbackPair({ mtu: 9000 });
    expect(jumbo.transmit(9018)?.bytes.length).toBeGreaterThanOrEqual(9018);
    const [segmenting] = loopbackPair({ offloads: true });
    expect(segmenting.transmit(LARGE_FRAME_CAPACITY)?.bytes.length).toBe(LARGE_FRAME_CAPACITY);
  });

  it('with offloads, leaves segments long and vouches for checksums that nobody wrote', () => {
    const [left, right] = loopbackPair({ offloads: true });
    const frame = left.transmit(30_000);
    if (frame === undefined) throw new Error('the queue is full');
    frame.length = 30_000;
    frame.checksumStart = 34;
    frame.checksumOffset = 16;
    frame.segmentSize = 1460;
    left.send(frame);
    send(left, 1);
    expect(right.receive()).toMatchObject({ length: 30_000, segmentSize: 1460, isChecked: true });
    expect(right.receive()).toMatchObject({ length: 1, segmentSize: 0, isChecked: false });
  });
});

describe('traced', () => {
  it('writes a line per frame and lets it pass', () => {
    const lines: string[] = [];
    const [left, right] = loopbackPair();
    const device = traced(
      left,
      (bytes, length) => toHex(bytes.subarray(0, length)),
      (line) => lines.push(line),
    );
    send(device, 1, 2);
    expect(received(right)).toEqual([1, 2]);
    send(right, 3);
    expect(received(device)).toEqual([3]);
    expect(received(device)).toBeUndefined();
    expect(lines).toEqual(['left > 0102', 'left < 03']);
  });
});

describe('pcap', () => {
  it('starts with the header of a little-endian Ethernet capture', () => {
    expect(pcapHeader()).toEqual(fromHex('d4c3b2a1 0200 0400 00000000 00000000 00000400 01000000'));
  });

  it('writes seconds, microseconds, and the length twice', () => {
    expect(pcapRecord(1_700_000_000_123.456, new Uint8Array([1, 2, 3, 4]), 3)).toEqual(
      fromHex('00f15365 40e20100 03000000 03000000 010203'),
    );
  });

  it('captures both directions', () => {
    const chunks: Uint8Array[] = [];
    const [left, right] = loopbackPair();
    const clock = { monotonic: () => 0, wall: () => 5000 };
    const device = captured(left, clock, (chunk) => chunks.push(chunk));
    expect(chunks).toEqual([pcapHeader()]);
    send(device, 1);
    send(right, 2);
    expect(received(device)).toEqual([2]);
    expect(chunks.slice(1)).toEqual([
      pcapRecord(5000, new Uint8Array([1]), 1),
      pcapRecord(5000, new Uint8Array([2]), 1),
    ]);
  });
});
