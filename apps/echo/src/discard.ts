import { discard } from '@atoll/device/services';
import type { Sockets } from '@atoll/device/socket';
import { bind, listen } from './port.ts';

const PORT = 9;

/** Throws away what comes (RFC 863). */
export function startDiscard(sockets: Sockets): void {
  listen(sockets.tcp, PORT, discard);
  bind(sockets, PORT, () => {});
}
