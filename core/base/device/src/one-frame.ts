import type { Allocate } from './frame.ts';
import { emptyFrame } from './frame.ts';
import {
  FRAME_HEADER_LENGTH,
  FRAME_OFFSET,
  headedFrame,
  readFrameHeader,
  writeFrameHeader,
} from './frame-header.ts';
import type { NetworkDevice } from './network.ts';
import { FRAME_CAPACITY, frameCapacity, zeroCounters } from './network.ts';

/**
 * A device of the host that moves one frame with each call, such as a TAP device. They take the handle
 * themselves, since a function around each would cost the engine more than the call. In front of each
 * frame is its header, see `frame-header.ts`.
 */
export interface FrameCalls {
  readonly handle: number;
  /** Reads a header and a frame into `bytes`; answers the length of both, or 0 when there is none. */
  readonly read: (handle: number, bytes: Uint8Array) => number;
  /** Sends the first `length` of `bytes`; answers false when the device did not take them. */
  readonly write: (handle: number, bytes: Uint8Array, length: number) => boolean;
}

/**
 * Lends one buffer for each direction: frames go between the host and these two without a copy of
 * ours, and the host does the queueing.
 */
export function oneFrameDevice(
  about: Pick<NetworkDevice, 'name' | 'mac' | 'mtu' | 'offloads'>,
  { handle, read, write }: FrameCalls,
  allocate: Allocate,
): NetworkDevice {
  const size = FRAME_OFFSET + frameCapacity(about);
  const received = headedFrame(allocate(size));
  const outgoing = headedFrame(allocate(size));
  const counters = zeroCounters();
  return {
    ...about,
    counters,
    receive() {
      const { frame, header, bytes } = received;
      for (let tries = 0; tries < RUBBISH; tries++) {
        const length = read(handle, bytes);
        if (length < FRAME_HEADER_LENGTH) return undefined;
        frame.length = length - FRAME_HEADER_LENGTH;
        // A frame that fills the buffer was longer: no frame of the device's own MTU does.
        if (length < bytes.length && readFrameHeader(header, frame)) {
          counters.receivedFrames++;
          counters.receivedBytes += frame.length;
          return frame;
        }
        counters.droppedFrames++;
      }
      return undefined;
    },
    transmit(capacity = FRAME_CAPACITY) {
      if (capacity > outgoing.frame.bytes.length) throw new RangeError('no frame is so large');
      return emptyFrame(outgoing.frame);
    },
    send(frame) {
      writeFrameHeader(outgoing.header, frame);
      if (write(handle, outgoing.bytes, FRAME_HEADER_LENGTH + frame.length)) {
        counters.sentFrames++;
        counters.sentBytes += frame.length;
      } else {
        counters.droppedFrames++;
      }
    },
  };
}

/** Frames in a row that make no sense, after which others get their turn. */
const RUBBISH = 64;
