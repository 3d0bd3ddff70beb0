import type { BlockDevice } from '@atoll/device/block';
import type { NetworkDevice } from '@atoll/device/network';
import type { Families } from '@atoll/metrics/family';

/** Frames and bytes of a network device, in the words of Prometheus's node exporter. */
export function collectNetworkDevice({ name: device, counters }: NetworkDevice) {
  return (families: Families): void => {
    for (const [key, name, help] of NETWORK) {
      families.counter(`atoll_network_${name}_total`, help, counters[key], { device });
    }
  };
}

/** Requests to a disk, and their bytes. */
export function collectBlockDevice({ name: device, counters }: BlockDevice) {
  return (families: Families): void => {
    for (const [key, name, help] of BLOCK) {
      families.counter(`atoll_block_${name}_total`, help, counters[key], { device });
    }
  };
}

const NETWORK = [
  ['receivedBytes', 'receive_bytes', 'Bytes of frames that were received.'],
  ['receivedFrames', 'receive_frames', 'Frames that were received.'],
  ['sentBytes', 'transmit_bytes', 'Bytes of frames that were sent.'],
  ['sentFrames', 'transmit_frames', 'Frames that were sent.'],
  ['droppedFrames', 'dropped_frames', 'Frames lost to a full queue or refused by the device.'],
] as const;

const BLOCK = [
  ['reads', 'reads', 'Reads that succeeded.'],
  ['readBytes', 'read_bytes', 'Bytes that were read.'],
  ['writes', 'writes', 'Writes that succeeded.'],
  ['writtenBytes', 'written_bytes', 'Bytes that were written.'],
  ['flushes', 'flushes', 'Flushes that succeeded.'],
  ['failures', 'failures', 'Requests that failed.'],
] as const;
