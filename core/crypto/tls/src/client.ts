import type { Entropy } from '@atoll/device/system';
import type { ClientConfig, Target } from './client/config.ts';
import { stepClient } from './client/engine.ts';
import { firstHello } from './client/hello.ts';
import { TlsConnection } from './connection.ts';
import { checkSpeaks, handshake13 } from './handshake.ts';

/**
 * A client's end of a connection to `target`, whose hello {@link TlsConnection.start} answers. With
 * `tracing`, each handshake message is an event.
 */
export function tlsClient(
  config: ClientConfig,
  target: Target,
  entropy: Entropy,
  now: number,
  tracing = false,
): TlsConnection {
  checkSpeaks(config);
  const first = firstHello(config, target, entropy, now);
  const handshake = handshake13(
    first.state,
    (state, received, later) => stepClient(config, state, received, entropy, later),
    config.tls12,
  );
  return new TlsConnection(handshake, first.actions, tracing);
}
