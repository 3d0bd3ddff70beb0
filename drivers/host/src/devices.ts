import type { DeviceSource, GivenDevice } from '@atoll/appliance/devices';
import type { FastPaths } from '@atoll/device/fast';
import type { Host } from '@atoll/device/host';
import { openBlock } from './block.ts';
import { openNetwork } from './net.ts';

/** The devices that the kernel was given, by name. */
export function hostDevices(host: Host, fast: FastPaths): Omit<DeviceSource, 'sockets'> {
  const networks = namesOf(host.networkName);
  const blocks = namesOf(host.blockName);
  return {
    devices: [
      ...networks.map((name): GivenDevice => ({ name, type: 'network' })),
      ...blocks.map((name): GivenDevice => ({ name, type: 'block' })),
    ],
    network(name) {
      const handle = networks.indexOf(name);
      return handle < 0 ? undefined : openNetwork(host, handle, fast);
    },
    block(name) {
      const handle = blocks.indexOf(name);
      return handle < 0 ? undefined : openBlock(host, handle);
    },
  };
}

function namesOf(nameOf: (handle: number) => string | undefined): string[] {
  const names: string[] = [];
  for (;;) {
    const name = nameOf(names.length);
    if (name === undefined) return names;
    names.push(name);
  }
}
