import type { Frame } from '@atoll/device/network';
import { LARGE_FRAME_CAPACITY } from '@atoll/device/network';
import { describe, expect, it } from 'vitest';
import { networkFeatures } from '../src/features.ts';
import { BASIC, BUFFER, NetworkModel, PLAIN, QUEUE_SIZE } from './network-model.ts';

const FRAME = Array.from({ length: 60 }, (_, i) => i);

/** Headers: a checksum at 34 + 16 is left to be written; besides, it is of a long segment over IPv4. */
const UNFINISHED = [1, 0, 0, 0, 0, 0, 34, 0, 16, 0, 1, 0];
const SEGMENT = [1, 1, 54, 0, 0xb4, 5, 34, 0, 16, 0, 1, 0];

function withBuffers(header: readonly number[], count: number): number[] {
  return [...header.slice(0, 10), count & 255, count >> 8];
}

function longFrame(length: number): number[] {
  return Array.from({ length }, (_, i) => (i * 7 + (i >> 8)) & 255);
}

function contentOf(frame: Frame | undefined): number[] {
  return Array.from(frame?.bytes.subarray(0, frame.length) ?? []);
}

describe('the features of a network device', () => {
  const all = (bit: number) => bit < 32;

  it('are all that can be used', () => {
    expect(networkFeatures(all).toSorted((a, b) => a - b)).toEqual([
      0, 1, 5, 7, 8, 9, 11, 12, 13, 15, 29,
    ]);
  });

  it.each([
    ['checksums', 0, [1, 5, 7, 8, 15, 29]],
    ['checksums received', 1, [0, 5, 11, 12, 13, 15, 29]],
    ['segments over IPv6 to send', 12, [0, 1, 5, 7, 8, 15, 29]],
    ['merged buffers', 15, [0, 1, 5, 11, 12, 13, 29]],
    ['CWR to send', 13, [0, 1, 5, 7, 8, 11, 12, 15, 29]],
  ])('go without what needs %s', (_, without, expected) => {
    const features = networkFeatures((bit) => all(bit) && bit !== without);
    expect(features.toSorted((a, b) => a - b)).toEqual(expected);
  });
});

describe('a network device that leaves work to us', () => {
  it('vouches for checksums', () => {
    const model = new NetworkModel();
    const device = model.open();
    model.deliver(FRAME, [2, ...PLAIN.slice(1)]);
    model.deliver(FRAME, UNFINISHED);
    model.deliver(FRAME);
    expect(device.receive()).toMatchObject({ isChecked: true, checksumStart: 0 });
    const frame = device.receive();
    expect(frame).toMatchObject({ isChecked: true, checksumStart: 34, checksumOffset: 16 });
    expect(device.receive()).toMatchObject({ isChecked: false, checksumStart: 0 });
  });

  it('sends long frames in many buffers', () => {
    const model = new NetworkModel();
    const device = model.open();
    const content = longFrame(2 * BUFFER + 700);
    for (let round = 0; round < 20; round++) {
      model.deliver(content, withBuffers(SEGMENT, 3));
      model.deliver(FRAME);
      const frame = device.receive();
      expect(frame).toMatchObject({ length: content.length, isChecked: true, segmentSize: 1460 });
      expect(contentOf(frame)).toEqual(content);
      const next = device.receive();
      expect(contentOf(next)).toEqual(FRAME);
      expect(next).toMatchObject({ segmentSize: 0, isChecked: false });
      expect(device.receive()).toBe(undefined);
      device.settle(false);
    }
    expect(device.counters).toMatchObject({ receivedFrames: 40, droppedFrames: 0 });
    expect(device.violations).toBe(0);
  });

  it('is not believed when it has no right to', () => {
    const model = new NetworkModel();
    model.features = BASIC;
    const device = model.open();
    model.deliver(FRAME, withBuffers(SEGMENT, 3));
    expect(device.receive()).toMatchObject({ length: 60, isChecked: false, segmentSize: 0 });
    expect(device.violations).toBe(0);
  });

  it.each([
    ['no buffer at all', withBuffers(PLAIN, 0)],
    ['more buffers than there are', withBuffers(PLAIN, QUEUE_SIZE + 1)],
    ['65,535 buffers', withBuffers(PLAIN, 0xffff)],
    ['a buffer that is not there', withBuffers(PLAIN, 2)],
    ['segments of an unknown kind', [1, 3, ...SEGMENT.slice(2)]],
    ['segments of nothing', [1, 1, 54, 0, 0, 0, ...SEGMENT.slice(6)]],
    ['a checksum behind the end', [...UNFINISHED.slice(0, 6), 43, ...UNFINISHED.slice(7)]],
    ['a checksum far behind the end', [...UNFINISHED.slice(0, 6), 0xff, 0xff, 0xff, 0xff, 1, 0]],
  ])('loses a frame in %s, and no buffer', (_, header) => {
    const model = new NetworkModel();
    const device = model.open();
    for (let round = 1; round <= 20; round++) {
      model.fill([...header, ...FRAME]);
      expect(device.receive()).toBe(undefined);
      expect(device.violations).toBe(round);
      model.deliver(FRAME);
      expect(contentOf(device.receive())).toEqual(FRAME);
      device.settle(false);
    }
    expect(device.counters).toMatchObject({ receivedFrames: 20, droppedFrames: 20 });
    expect(device.isBroken).toBe(false);
  });

  it('lies about the length of a part', () => {
    const model = new NetworkModel();
    const device = model.open();
    model.fill([...withBuffers(SEGMENT, 2), ...longFrame(2048)]);
    model.fill(FRAME, BUFFER + 1);
    // The part that claims too much counts as empty.
    expect(device.receive()?.length).toBe(2048);
    expect(device.violations).toBe(1);
    model.fill([...withBuffers(SEGMENT, 2), ...FRAME], 20);
    expect(device.receive()).toBe(undefined);
    expect(device.counters.droppedFrames).toBe(1);
  });

  it('gets no frame through that is longer than any can be', () => {
    const model = new NetworkModel();
    model.queueSize = 64;
    const device = model.open();
    const parts = Math.ceil(LARGE_FRAME_CAPACITY / BUFFER) + 1;
    model.fill([...withBuffers(SEGMENT, parts), ...longFrame(2048)]);
    for (let part = 1; part < parts; part++) model.fill(longFrame(BUFFER));
    expect(device.receive()).toBe(undefined);
    expect(device.violations).toBe(1);
    device.settle(false);
    model.deliver(longFrame(65_000), withBuffers(SEGMENT, 32));
    expect(contentOf(device.receive())).toEqual(longFrame(65_000));
  });
});

describe('a network device that works for us', () => {
  function send(model: NetworkModel, about: Partial<Frame>, capacity?: number): number[] {
    const device = model.open();
    const frame = device.transmit(capacity);
    if (frame === undefined) throw new Error('there is no frame');
    frame.bytes.set(longFrame(about.length ?? 0));
    frame.bytes.set([8, 0], 12);
    frame.bytes.set([0x50, 0x10], 34 + 12);
    device.send(Object.assign(frame, about));
    device.settle(false);
    return model.sent();
  }

  it('is told what to write', () => {
    const about = { length: 60, checksumStart: 34, checksumOffset: 16 };
    const sent = send(new NetworkModel(), about);
    expect(sent).toHaveLength(72);
    expect(sent.slice(0, 12)).toEqual([1, 0, 0, 0, 0, 0, 34, 0, 16, 0, 0, 0]);
  });

  it('is told what to cut', () => {
    const about = { length: 65_549, checksumStart: 34, checksumOffset: 16, segmentSize: 1460 };
    const sent = send(new NetworkModel(), about, LARGE_FRAME_CAPACITY);
    expect(sent).toHaveLength(12 + 65_549);
    expect(sent.slice(0, 12)).toEqual([1, 1, 54, 0, 0xb4, 5, 34, 0, 16, 0, 0, 0]);
    expect(sent.slice(12 + 60)).toEqual(longFrame(65_549).slice(60));
  });

  it('has a few large frames, and lends them for small ones as well', () => {
    const model = new NetworkModel();
    const device = model.open();
    const lengths: number[] = [];
    const put = (capacity?: number): boolean => {
      const frame = device.transmit(capacity);
      if (frame === undefined) return false;
      lengths.push(frame.bytes.length);
      frame.length = 60;
      device.send(frame);
      return true;
    };
    expect([put(30_000), put(), put(), put()]).toEqual([true, true, true, true]);
    expect(put()).toBe(false);
    expect(lengths).toEqual([LARGE_FRAME_CAPACITY, 2048, 2048, LARGE_FRAME_CAPACITY]);
    model.sent();
    expect(put()).toBe(true);
    expect(put(30_000)).toBe(false);
  });

  it('lends another frame when the one on loan is too small, and loses neither', () => {
    const model = new NetworkModel();
    const device = model.open();
    for (let round = 0; round < 10; round++) {
      const small = device.transmit();
      const large = device.transmit(2049);
      expect(large).not.toBe(small);
      expect(device.transmit()).toBe(large);
      if (large === undefined) throw new Error('there is no frame');
      large.length = 60;
      device.send(large);
      device.settle(false);
      model.sent();
    }
    expect(() => device.transmit(LARGE_FRAME_CAPACITY + 1)).toThrow('no frame is so large');
  });
});
