import type { Frame, NetworkDevice } from './network.ts';

export type Direction = 'received' | 'sent';

/** `device`, with `see` called for every frame before anybody else handles it. */
export function observed(
  device: NetworkDevice,
  see: (direction: Direction, frame: Frame) => void,
): NetworkDevice {
  const { name, mac, mtu, offloads, counters } = device;
  return {
    name,
    mac,
    mtu,
    offloads,
    counters,
    receive() {
      const frame = device.receive();
      if (frame !== undefined) see('received', frame);
      return frame;
    },
    transmit: (capacity) => device.transmit(capacity),
    send(frame) {
      see('sent', frame);
      device.send(frame);
    },
  };
}
