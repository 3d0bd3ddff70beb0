import type { Allocate } from './frame.ts';
import { createFrame, emptyFrame } from './frame.ts';
import type { NetworkDevice } from './network.ts';
import { NO_OFFLOADS, zeroCounters } from './network.ts';

/**
 * A device of the host that moves one frame with each call, such as a TAP device. They take the handle
 * themselves, since a function around each would cost the engine more than the call.
 */
export interface FrameCalls {
  readonly handle: number;
  /** Reads a frame into `bytes`; answers its length, or 0 when there is none. */
  readonly read: (handle: number, bytes: Uint8Array) => number;
  /** Sends the first `length` of `bytes`; answers false when the device did not take them. */
  readonly write: (handle: number, bytes: Uint8Array, length: number) => boolean;
}

/**
 * Lends one buffer for each direction: frames go between the host and these two without a copy of
 * ours, and the host does the queueing.
 */
export function oneFrameDevice(
  { name, mac, mtu }: Pick<NetworkDevice, 'name' | 'mac' | 'mtu'>,
  { handle, read, write }: FrameCalls,
  allocate: Allocate,
): NetworkDevice {
  const received = createFrame(allocate);
  const outgoing = createFrame(allocate);
  const counters = zeroCounters();
  return {
    name,
    mac,
    mtu,
    offloads: NO_OFFLOADS,
    counters,
    receive() {
      const length = read(handle, received.bytes);
      if (length === 0) return undefined;
      received.length = length;
      counters.receivedFrames++;
      counters.receivedBytes += length;
      return received;
    },
    transmit() {
      return emptyFrame(outgoing);
    },
    send(frame) {
      if (write(handle, frame.bytes, frame.length)) {
        counters.sentFrames++;
        counters.sentBytes += frame.length;
      } else {
        counters.droppedFrames++;
      }
    },
  };
}
