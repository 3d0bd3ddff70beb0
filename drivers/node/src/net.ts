import { readSync, writeSync } from 'node:fs';
import type { FastPaths } from '@atoll/device/fast';
import type { NetworkDevice } from '@atoll/device/network';
import { oneFrameDevice } from '@atoll/device/one-frame';
import type { Tap } from './tap.ts';

/** An Ethernet device over a TAP interface. */
export function tapDevice(name: string, mac: number, tap: Tap, fast: FastPaths): NetworkDevice {
  const calls = { handle: tap.descriptor, read: readFrame, write: writeFrame };
  return oneFrameDevice({ name, mac, mtu: tap.mtu }, calls, fast.allocate);
}

function readFrame(descriptor: number, into: Uint8Array): number {
  try {
    return readSync(descriptor, into);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return 0;
    throw error;
  }
}

function writeFrame(descriptor: number, bytes: Uint8Array, length: number): boolean {
  try {
    writeSync(descriptor, bytes, 0, length);
    return true;
  } catch {
    // The interface is down or its queue is full: on a wire the frame would be lost as well.
    return false;
  }
}
