import { describe, expect, it } from 'vitest';
import { heapMemory } from '../src/frame.ts';
import { FRAME_HEADER_LENGTH } from '../src/frame-header.ts';
import type { Responder } from '../src/network.ts';
import { ALL_OFFLOADS, FRAME_CAPACITY, LARGE_FRAME_CAPACITY, NO_OFFLOADS } from '../src/network.ts';
import { oneFrameDevice } from '../src/one-frame.ts';

/** A device over `arriving` reads: header bytes, then frame bytes, or a length of which all bytes are 7. */
function deviceOver(
  arriving: readonly (readonly number[] | number)[],
  offloads = ALL_OFFLOADS,
  mtu = 1500,
) {
  const reads = [...arriving];
  const sent: Uint8Array[] = [];
  const calls = {
    handle: 5,
    read(handle: number, bytes: Uint8Array) {
      expect(handle).toBe(5);
      const next = reads.shift();
      if (next === undefined) return 0;
      if (typeof next === 'number') {
        bytes.fill(7, FRAME_HEADER_LENGTH).fill(0, 0, FRAME_HEADER_LENGTH);
        return Math.min(next, bytes.length);
      }
      bytes.set(next);
      return next.length;
    },
    write(handle: number, bytes: Uint8Array, length: number) {
      expect(handle).toBe(5);
      sent.push(bytes.slice(0, length));
      return sent.length < 3;
    },
  };
  const about = { name: 'service', mac: 0x0200_0000_0001, mtu, offloads };
  return { device: oneFrameDevice(about, calls, heapMemory), sent };
}

type RespondArguments = [Uint8Array, Uint8Array, Uint8Array, Responder];

const PLAIN = new Array<number>(FRAME_HEADER_LENGTH).fill(0);
const CHECKED = [2, ...PLAIN.slice(1)];
const NONSENSE = [1, 3, ...PLAIN.slice(2)];

describe('a device that moves one frame with each call', () => {
  it('reads header and frame at once', () => {
    const { device } = deviceOver([
      [...CHECKED, 1, 2, 3],
      [...PLAIN, 4],
    ]);
    expect(device.receive()).toMatchObject({ length: 3, isChecked: true });
    const frame = device.receive();
    expect([frame?.length, frame?.isChecked, frame?.bytes[0]]).toEqual([1, false, 4]);
    expect(device.receive()).toBeUndefined();
    expect(device.counters).toMatchObject({ receivedFrames: 2, receivedBytes: 4 });
  });

  it('drops and counts frames whose header makes no sense, and those behind them come', () => {
    const { device } = deviceOver([[...NONSENSE, 1, 2, 3], [...NONSENSE], [...PLAIN, 4]]);
    expect(device.receive()?.bytes[0]).toBe(4);
    expect(device.counters).toMatchObject({ receivedFrames: 1, droppedFrames: 2 });
  });

  it('drops frames that do not fit', () => {
    const { device } = deviceOver([LARGE_FRAME_CAPACITY + FRAME_HEADER_LENGTH + 1, 65_000]);
    expect(device.receive()?.length).toBe(65_000 - FRAME_HEADER_LENGTH);
    expect(device.counters.droppedFrames).toBe(1);
    const plain = deviceOver([FRAME_CAPACITY + FRAME_HEADER_LENGTH, 1500], NO_OFFLOADS);
    expect(plain.device.receive()?.length).toBe(1500 - FRAME_HEADER_LENGTH);
    expect(plain.device.counters.droppedFrames).toBe(1);
  });

  it('does not stay with a device that gives only rubbish', () => {
    const { device } = deviceOver(new Array<number[]>(1000).fill(NONSENSE));
    expect(device.receive()).toBeUndefined();
    expect(device.counters.droppedFrames).toBe(64);
  });

  it('writes header and frame at once, and counts what was not taken', () => {
    const { device, sent } = deviceOver([]);
    const send = (length: number, checksumStart: number) => {
      const frame = device.transmit();
      if (frame === undefined) throw new Error('no frame');
      frame.length = length;
      frame.checksumStart = checksumStart;
      frame.checksumOffset = 16;
      device.send(frame);
    };
    send(60, 34);
    send(61, 0);
    send(62, 0);
    expect(sent.map((bytes) => [bytes.length, bytes[0]])).toEqual([
      [72, 1],
      [73, 0],
      [74, 0],
    ]);
    expect(device.counters).toMatchObject({ sentFrames: 2, sentBytes: 121, droppedFrames: 1 });
  });

  it('lends frames as large as it can send', () => {
    const { device } = deviceOver([]);
    expect(device.transmit(LARGE_FRAME_CAPACITY)?.bytes.length).toBe(LARGE_FRAME_CAPACITY);
    expect(() => deviceOver([], NO_OFFLOADS).device.transmit(2049)).toThrow('no frame is so large');
    const jumbo = deviceOver([], NO_OFFLOADS, 9000).device;
    expect(jumbo.transmit(9014)?.bytes.length).toBeGreaterThanOrEqual(9014);
  });

  it('gives the host buffers for answers, and counts what it answers', () => {
    const given: Uint8Array[] = [];
    const reads: Uint8Array[] = [];
    const calls = {
      handle: 5,
      read(_handle: number, bytes: Uint8Array) {
        reads.push(bytes);
        return 0;
      },
      write: () => true,
      respond(handle: number, ...[received, out, counters, answer]: RespondArguments) {
        expect([handle, answer]).toEqual([5, responder]);
        given.push(received, out, counters);
      },
    };
    const responder = () => 0;
    const about = { name: 'service', mac: 1, mtu: 1500, offloads: NO_OFFLOADS };
    const device = oneFrameDevice(about, calls, heapMemory);
    device.respond?.(responder);
    device.receive();
    const [received, out, counters] = given;
    expect(received).toBe(reads[0]);
    expect(out.length).toBe(FRAME_HEADER_LENGTH + FRAME_CAPACITY);
    expect(out.buffer).not.toBe(device.transmit()?.bytes.buffer);
    const counted = new Float64Array(counters.buffer, counters.byteOffset, counters.length / 8);
    for (let round = 1; round < 3; round++) {
      counted.set([2, 130, 1, 70, 1]);
      expect(device.counters).toEqual({
        receivedFrames: 2 * round,
        receivedBytes: 130 * round,
        sentFrames: round,
        sentBytes: 70 * round,
        droppedFrames: round,
      });
    }
  });

  it('answers nothing by itself where the host does not', () => {
    expect(deviceOver([]).device.respond).toBeUndefined();
  });
});
