import type { NetworkDevice } from './network.ts';
import { observed } from './observe.ts';

/** One line about the frame in the first `length` of `bytes`. */
export type Describe = (bytes: Uint8Array, length: number) => string;

/** `device`, with one line given to `write` per frame: `service < ...` received, `service > ...` sent. */
export function traced(
  device: NetworkDevice,
  describe: Describe,
  write: (line: string) => void,
): NetworkDevice {
  return observed(device, (direction, frame) => {
    const arrow = direction === 'received' ? '<' : '>';
    write(`${device.name} ${arrow} ${describe(frame.bytes, frame.length)}`);
  });
}
