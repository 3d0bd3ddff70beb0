import type { Allocate } from './frame.ts';
import { emptyFrame } from './frame.ts';
import {
  FRAME_HEADER_LENGTH,
  FRAME_OFFSET,
  headedFrame,
  readFrameHeader,
  writeFrameHeader,
} from './frame-header.ts';
import type { Host } from './host.ts';
import type { NetworkCounters, NetworkDevice, Responder } from './network.ts';
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
  /** `networkRespond` of {@link Host}, where there is such. */
  readonly respond?: Host['networkRespond'];
}

/**
 * Lends one buffer for each direction: frames go between the host and these two without a copy of
 * ours, and the host does the queueing.
 */
export function oneFrameDevice(
  about: Pick<NetworkDevice, 'name' | 'mac' | 'mtu' | 'offloads'>,
  { handle, read, write, respond }: FrameCalls,
  allocate: Allocate,
): NetworkDevice {
  const size = FRAME_OFFSET + frameCapacity(about);
  const received = headedFrame(allocate(size));
  const outgoing = headedFrame(allocate(size));
  const counters = zeroCounters();
  let answered: Float64Array | undefined;
  return {
    ...about,
    get counters() {
      if (answered !== undefined) takeOver(answered, counters);
      return counters;
    },
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
    ...(respond && {
      respond(responder: Responder) {
        // Answers have a buffer of their own: that of `transmit` may be on loan.
        const out = headedFrame(allocate(FRAME_OFFSET + FRAME_CAPACITY));
        const { bytes } = allocate(COUNTERS * Float64Array.BYTES_PER_ELEMENT);
        answered = new Float64Array(bytes.buffer, bytes.byteOffset, COUNTERS);
        respond(handle, received.bytes, out.bytes, bytes, responder);
      },
    }),
  };
}

/** Adds what the host has counted to `counters`, and lets it begin anew. */
function takeOver(counted: Float64Array, counters: NetworkCounters): void {
  counters.receivedFrames += counted[0];
  counters.receivedBytes += counted[1];
  counters.sentFrames += counted[2];
  counters.sentBytes += counted[3];
  counters.droppedFrames += counted[4];
  counted.fill(0);
}

/** How many there are in {@link NetworkCounters}. */
const COUNTERS = 5;

/** Frames in a row that make no sense, after which others get their turn. */
const RUBBISH = 64;
