import type { Entropy } from '@atoll/device/system';
import { TlsConnection } from './connection.ts';
import { checkSpeaks, handshake13 } from './handshake.ts';
import { checkedLimit } from './record.ts';
import type { ServerConfig } from './server/config.ts';
import { stepServer } from './server/engine.ts';
import type { ServerState } from './server/state.ts';

/** A server's end of a connection. With `tracing`, each handshake message is an event. */
export function tlsServer(config: ServerConfig, entropy: Entropy, tracing = false): TlsConnection {
  checkedLimit(config.recordSizeLimit);
  checkSpeaks(config);
  const handshake = handshake13<ServerState>(
    { expects: 'ClientHello' },
    (state, received, now) => stepServer(config, state, received, entropy, now),
    config.tls12,
  );
  return new TlsConnection(handshake, [], tracing);
}
