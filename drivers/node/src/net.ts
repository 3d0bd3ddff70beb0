import { readSync, writeSync } from 'node:fs';
import type { FastPaths } from '@atoll/device/fast';
import { FRAME_HEADER_LENGTH } from '@atoll/device/frame-header';
import type { NetworkDevice } from '@atoll/device/network';
import { ALL_OFFLOADS, NO_OFFLOADS } from '@atoll/device/network';
import { oneFrameDevice } from '@atoll/device/one-frame';
import type { Tap } from './tap.ts';

/** An Ethernet device over a TAP interface. */
export function tapDevice(name: string, mac: number, tap: Tap, fast: FastPaths): NetworkDevice {
  const { descriptor: handle, mtu, hasHeaders } = tap;
  const offloads = hasHeaders ? ALL_OFFLOADS : NO_OFFLOADS;
  const own = hasHeaders ? 0 : FRAME_HEADER_LENGTH;
  const calls = {
    handle,
    read: (descriptor: number, into: Uint8Array) => readFrame(descriptor, into, own),
    write: (descriptor: number, bytes: Uint8Array, length: number) =>
      writeFrame(descriptor, bytes, own, length),
  };
  return oneFrameDevice({ name, mac, mtu, offloads }, calls, fast.allocate);
}

/** Reads into all but the first `own` bytes, a header that Linux did not write and that stays zero. */
function readFrame(descriptor: number, into: Uint8Array, own: number): number {
  try {
    const length = readSync(descriptor, into, own, into.length - own, null);
    return length === 0 ? 0 : own + length;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return 0;
    throw error;
  }
}

function writeFrame(descriptor: number, bytes: Uint8Array, own: number, length: number): boolean {
  try {
    writeSync(descriptor, bytes, own, length - own);
    return true;
  } catch {
    // The interface is down or its queue is full: on a wire the frame would be lost as well.
    return false;
  }
}
