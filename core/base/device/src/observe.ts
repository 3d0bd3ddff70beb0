import type { Frame, NetworkDevice } from './network.ts';

export type Direction = 'received' | 'sent';

/** `device`, with `see` called for every frame before anybody else handles it. */
export function observed(
  device: NetworkDevice,
  see: (direction: Direction, frame: Frame) => void,
): NetworkDevice {
  const { name, mac, mtu, counters } = device;
  return {
    name,
    mac,
    mtu,
    counters,
    receive() {
      const frame = device.receive();
      if (frame !== undefined) see('received', frame);
      return frame;
    },
    transmit: () => device.transmit(),
    send(frame) {
      see('sent', frame);
      device.send(frame);
    },
  };
}
