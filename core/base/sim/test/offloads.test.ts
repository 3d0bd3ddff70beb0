import { internetChecksum, sum } from '@atoll/bytes/checksum';
import { frameIn } from '@atoll/device/frame';
import type { Frame } from '@atoll/device/network';
import { ALL_OFFLOADS } from '@atoll/device/network';
import { describe, expect, it } from 'vitest';
import type { LanHost } from '../src/host.ts';
import type { LanOptions } from '../src/lan.ts';
import { Lan } from '../src/lan.ts';
import { wireFrames } from '../src/wire-frames.ts';

const SEGMENT_SIZE = 1000;
const SEQUENCE = 0xffff_f000;
/** CWR, ACK, PSH, FIN. */
const FLAGS = 0x99;

/** A TCP segment with a payload of `length` bytes, as a stack gives it to a device with offloads. */
function tcpFrame(version: 4 | 6, length: number, segmentSize = SEGMENT_SIZE): Frame {
  const ip = 14;
  const tcp = version === 4 ? ip + 20 : ip + 40;
  const bytes = new Uint8Array(tcp + 24 + length);
  const view = new DataView(bytes.buffer);
  bytes.set([2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, ...(version === 4 ? [8, 0] : [0x86, 0xdd])]);
  bytes[ip] = version === 4 ? 0x45 : 0x60;
  if (version === 4) {
    view.setUint16(ip + 2, bytes.length - ip);
    view.setUint16(ip + 4, 0xfffe);
    bytes.set([64, 6, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2], ip + 8);
    view.setUint16(ip + 10, internetChecksum(bytes, ip, tcp));
  } else {
    view.setUint16(ip + 4, bytes.length - tcp);
    bytes.set([6, 64, 0x20, 1, 0xd, 0xb8], ip + 6);
    bytes.set([0x20, 1, 0xd, 0xb8], ip + 24);
  }
  view.setUint32(tcp + 4, SEQUENCE);
  bytes.set([0x60, FLAGS, 0x10, 0], tcp + 12);
  for (let i = 0; i < length; i++) bytes[tcp + 24 + i] = i * 7 + (i >> 8);
  view.setUint16(tcp + 16, pseudoSum(bytes));
  const frame = frameIn({ bytes, address: 0 });
  const about = { length: bytes.length, checksumStart: tcp, checksumOffset: 16, segmentSize };
  return Object.assign(frame, about);
}

/** The sum of the pseudo-header of the TCP segment in `frame`. */
function pseudoSum(frame: Uint8Array): number {
  const [addresses, tcp] = frame[14] >> 4 === 4 ? [26, 34] : [22, 54];
  return sum(frame, addresses, tcp, 6 + frame.length - tcp);
}

/** What a receiver thinks of a frame of the wire. */
function inspect(frame: Uint8Array) {
  const isIpv4 = frame[14] >> 4 === 4;
  const tcp = isIpv4 ? 34 : 54;
  const view = new DataView(frame.buffer);
  return {
    isRight: internetChecksum(frame, tcp, frame.length, pseudoSum(frame)) === 0,
    isHeaderRight: !isIpv4 || internetChecksum(frame, 14, 34) === 0,
    isLengthRight: isIpv4
      ? view.getUint16(16) === frame.length - 14
      : view.getUint16(18) === frame.length - 54,
    sequence: view.getUint32(tcp + 4),
    flags: frame[tcp + 13],
    payload: [...frame.subarray(tcp + 24)],
  };
}

describe.each([4, 6] as const)('the wire frames of TCP over IPv%i', (version) => {
  const right = { isRight: true, isHeaderRight: true, isLengthRight: true };

  it('are what the stack sent, cut', () => {
    const frame = tcpFrame(version, 2500);
    const pieces = wireFrames(frame).map(inspect);
    expect(pieces).toMatchObject([
      { ...right, sequence: SEQUENCE, flags: 0x90 },
      { ...right, sequence: SEQUENCE + 1000, flags: 0x10 },
      { ...right, sequence: SEQUENCE + 2000, flags: 0x19 },
    ]);
    const payload = [...frame.bytes.subarray(frame.checksumStart + 24)];
    expect(pieces.flatMap((piece) => piece.payload)).toEqual(payload);
  });

  it('are one where it fits', () => {
    for (const length of [0, 1, 999, 1000]) {
      const pieces = wireFrames(tcpFrame(version, length)).map(inspect);
      expect(pieces).toMatchObject([{ ...right, flags: FLAGS, sequence: SEQUENCE }]);
      expect(wireFrames(tcpFrame(version, length, 0))).toHaveLength(1);
    }
  });

  it('are the frame itself when there is nothing to do', () => {
    const frame = tcpFrame(version, 10);
    frame.checksumStart = 0;
    expect(wireFrames(frame)).toEqual([frame.bytes]);
  });
});

describe('a host whose device has offloads', () => {
  interface Arrived {
    readonly length: number;
    readonly isChecked: boolean;
    readonly segmentSize: number;
    readonly bytes: Uint8Array;
  }

  /** Has one host send `frame` to another; what arrives, and what was seen on the wire. */
  function exchange(frame: Frame, options: LanOptions, offloads = true) {
    const wire: Uint8Array[] = [];
    const lan = new Lan(1, { ...options, observe: (_, __, seen) => wire.push(seen) });
    const sender = lan.host('sender', 0x0200_0000_0001, { offloads: true });
    const receiver = lan.host('receiver', 0x0200_0000_0002, { offloads });
    const arrived: Arrived[] = [];
    receiver.run({
      poll() {
        const { device } = receiver;
        for (let got = device.receive(); got !== undefined; got = device.receive()) {
          arrived.push({ ...got, bytes: got.bytes.slice(0, got.length) });
        }
        return Number.POSITIVE_INFINITY;
      },
    });
    send(sender, frame);
    lan.run(10);
    return { arrived, wire };
  }

  function send(host: LanHost, frame: Frame): void {
    const out = host.device.transmit(frame.length);
    if (out === undefined) throw new Error('the queue is full');
    out.bytes.set(frame.bytes);
    const { length, checksumStart, checksumOffset, segmentSize } = frame;
    host.device.send(Object.assign(out, { length, checksumStart, checksumOffset, segmentSize }));
  }

  it('says so', () => {
    const lan = new Lan(1, { offloads: true });
    expect(lan.host('a').device.offloads).toEqual(ALL_OFFLOADS);
    expect(lan.host('b', 7, { offloads: false }).device.offloads.checksum).toBe(false);
  });

  it('gets from its like what was sent, and the wire sees frames', () => {
    const frame = tcpFrame(4, 60_000);
    const { arrived, wire } = exchange(frame, {});
    expect(arrived).toMatchObject([
      { length: frame.length, isChecked: true, segmentSize: SEGMENT_SIZE, bytes: frame.bytes },
    ]);
    expect(wire).toHaveLength(60);
    expect(wire.every((piece) => inspect(piece).isRight)).toBe(true);
  });

  it('sends complete frames to others', () => {
    const { arrived } = exchange(tcpFrame(6, 3000), {}, false);
    expect(arrived).toHaveLength(3);
    for (const { isChecked, segmentSize, bytes } of arrived) {
      expect([isChecked, segmentSize, inspect(bytes).isRight]).toEqual([false, 0, true]);
    }
  });

  it('looks at checksums itself where the wire damages frames', () => {
    const { arrived } = exchange(tcpFrame(4, 500), { corrupt: 1 });
    expect(arrived).toHaveLength(1);
    expect(arrived[0].isChecked).toBe(false);
    expect(arrived[0].bytes).not.toEqual(wireFrames(tcpFrame(4, 500))[0]);
  });

  it('loses segments whose pieces are larger than the MTU', () => {
    expect(exchange(tcpFrame(4, 3000), { mtu: 1000 }).arrived).toEqual([]);
  });
});

describe('a host whose device has none', () => {
  it('may have long frames', () => {
    const lan = new Lan(1, { mtu: 9000 });
    const { device } = lan.host('a');
    expect(device.transmit(9014)?.bytes.length).toBeGreaterThanOrEqual(9014);
  });

  it('must not be asked for checksums', () => {
    const { device } = new Lan(1).host('a');
    const frame = device.transmit();
    if (frame === undefined) throw new Error('the queue is full');
    Object.assign(frame, { length: 60, checksumStart: 34 });
    expect(() => device.send(frame)).toThrow('a writes no checksums');
  });
});
