import type { FastPaths } from '@atoll/device/fast';
import type { Host } from '@atoll/device/host';
import type { NetworkDevice } from '@atoll/device/network';
import { oneFrameDevice } from '@atoll/device/one-frame';

/** The network device with the kernel's handle `handle`. */
export function openNetwork(host: Host, handle: number, fast: FastPaths): NetworkDevice {
  const bits = host.networkOffloads(handle);
  const about = {
    name: host.networkName(handle) ?? '',
    mac: host.networkMac(handle),
    mtu: host.networkMtu(handle),
    offloads: { checksum: (bits & CHECKSUM) !== 0, segmentation: (bits & SEGMENTATION) !== 0 },
  };
  const calls = {
    handle,
    read: host.networkRead,
    write: host.networkWrite,
    respond: host.networkRespond,
  };
  return oneFrameDevice(about, calls, fast.allocate);
}

/** Bits of `Host.networkOffloads`. */
const CHECKSUM = 1;
const SEGMENTATION = 2;
