import type { Entropy } from '@atoll/device/system';
import { ok } from '@atoll/result/result';
import { TlsConnection } from './connection.ts';
import { checkedLimit } from './record.ts';
import type { ServerConfig } from './server/config.ts';
import { stepServer } from './server/engine.ts';
import type { ServerState } from './server/state.ts';

/** A server's end of a connection. With `tracing`, each handshake message is an event. */
export function tlsServer(config: ServerConfig, entropy: Entropy, tracing = false): TlsConnection {
  checkedLimit(config.recordSizeLimit);
  let state: ServerState = { expects: 'ClientHello' };
  return new TlsConnection(
    (received, now) => {
      const stepped = stepServer(config, state, received, entropy, now);
      if (!stepped.ok) return stepped;
      state = stepped.value.state;
      return ok(stepped.value.actions);
    },
    [],
    tracing,
  );
}
