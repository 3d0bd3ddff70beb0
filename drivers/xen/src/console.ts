import type { Host } from '@atoll/device/host';
import type { Console } from '@atoll/device/system';

/** The console that the domain was given. */
export function hostConsole(host: Host): Console {
  return { write: (text) => host.write(text) };
}
