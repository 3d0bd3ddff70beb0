import type { Entropy } from '@atoll/device/system';
import { ok } from '@atoll/result/result';
import type { ClientConfig, Target } from './client/config.ts';
import { stepClient } from './client/engine.ts';
import { firstHello } from './client/hello.ts';
import { TlsConnection } from './connection.ts';

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
  const first = firstHello(config, target, entropy, now);
  let { state } = first;
  return new TlsConnection(
    (received, later) => {
      const stepped = stepClient(config, state, received, entropy, later);
      if (!stepped.ok) return stepped;
      state = stepped.value.state;
      return ok(stepped.value.actions);
    },
    first.actions,
    tracing,
  );
}
