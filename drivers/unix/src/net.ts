import type { FastPaths } from '@atoll/device/fast';
import type { Host } from '@atoll/device/host';
import type { NetworkDevice } from '@atoll/device/network';
import { oneFrameDevice } from '@atoll/device/one-frame';

/** The TAP device that was given as `--net:NAME=TAP`, or `undefined`. */
export function openNetwork(host: Host, name: string, fast: FastPaths): NetworkDevice | undefined {
  const handle = host.networkOpen(name);
  if (handle < 0) return undefined;
  const bits = host.networkOffloads(handle);
  const about = {
    name,
    mac: host.networkMac(handle),
    mtu: host.networkMtu(handle),
    offloads: { checksum: (bits & CHECKSUM) !== 0, segmentation: (bits & SEGMENTATION) !== 0 },
  };
  const calls = { handle, read: host.networkRead, write: host.networkWrite };
  return oneFrameDevice(about, calls, fast.allocate);
}

/** Bits of `Host.networkOffloads`. */
const CHECKSUM = 1;
const SEGMENTATION = 2;
