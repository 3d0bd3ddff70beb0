/** TLS 1.2 for servers: what imports this has it in its image, and no other does. */
import type { Entropy } from '@atoll/device/system';
import { ok, type Result } from '@atoll/result/result';
import type { TlsFailure } from '../alert.ts';
import type { ServerConfig } from '../server/config.ts';
import type { Action } from '../step.ts';
import { describeEither } from './describe.ts';
import { handshake12 } from './handshake.ts';
import { stepServer12 } from './server/engine.ts';
import { handleClientHello12, type ReceivedHello } from './server/hello.ts';
import type { EcdheSuite } from './suite.ts';

/** What a {@link ServerConfig} needs to speak TLS 1.2; the rest of it is the same for both versions. */
export interface Tls12Server {
  /** What to do with a hello that is for TLS 1.2. */
  handleClientHello(
    config: ServerConfig,
    hello: ReceivedHello,
    entropy: Entropy,
    now: number,
  ): Result<readonly Action[], TlsFailure>;
  /** One line about a message, of whichever version. */
  describe(message: Uint8Array): string;
}

/** TLS 1.2 with `suites`, in the order in which to prefer them. */
export function tls12Server(suites: readonly EcdheSuite[]): Tls12Server {
  return {
    handleClientHello(config, hello, entropy, now) {
      const stepped = handleClientHello12(config, suites, hello, entropy, now);
      if (!stepped.ok) return stepped;
      const { state, actions } = stepped.value;
      const to = handshake12(state, (from, received, later) =>
        stepServer12(config, from, received, entropy, later),
      );
      return ok([{ do: 'hand-over', to }, ...actions]);
    },
    describe: describeEither,
  };
}
