import type { NetworkDevice } from './network.ts';
import { observed } from './observe.ts';

/**
 * One line about the frame in the first `length` of `bytes`; with `isVouched` its checksums of TCP and UDP
 * may not be there yet.
 */
export type Describe = (bytes: Uint8Array, length: number, isVouched: boolean) => string;

/** `device`, with one line given to `write` per frame: `service < ...` received, `service > ...` sent. */
export function traced(
  device: NetworkDevice,
  describe: Describe,
  write: (line: string) => void,
): NetworkDevice {
  return observed(device, (direction, frame) => {
    const arrow = direction === 'received' ? '<' : '>';
    const isVouched = frame.isChecked || frame.checksumStart > 0;
    write(`${device.name} ${arrow} ${describe(frame.bytes, frame.length, isVouched)}`);
  });
}
