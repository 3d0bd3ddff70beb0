import type { Region } from '@atoll/device/fast';
import type { Host } from '@atoll/device/host';
import type { Result } from '@atoll/result/result';
import { queueLayout } from './queue.ts';
import type { Transport } from './transport.ts';

/** Shows the device its queue `number`, which lies in `shared` as {@link queueLayout} says. */
export function startQueue(
  host: Host,
  transport: Transport,
  number: number,
  size: number,
  shared: Region,
): Result<void> {
  const { available, used } = queueLayout(size);
  const descriptors = host.physical(shared.address);
  const areas = { descriptors, available: descriptors + available, used: descriptors + used };
  return transport.startQueue(number, size, areas);
}

/** How many entries we use of queue `number`: a power of two, at most `most`; 0 where there is none. */
export function queueSize(transport: Transport, number: number, most: number): number {
  const capacity = Math.min(transport.queueCapacity(number), most);
  return capacity < 1 ? 0 : 2 ** Math.floor(Math.log2(capacity));
}
