/** TLS 1.2 for clients: what imports this has it in its image, and no other does. */
import type { Entropy } from '@atoll/device/system';
import { ok, type Result } from '@atoll/result/result';
import type { TlsFailure } from '../alert.ts';
import type { ClientConfig } from '../client/config.ts';
import type { ExpectServerHello } from '../client/state.ts';
import type { Extension } from '../extension.ts';
import type { ServerHello } from '../hello.ts';
import type { Session } from '../session.ts';
import type { Action } from '../step.ts';
import { stepClient12 } from './client/engine.ts';
import { handleServerHello12, offer12 } from './client/hello.ts';
import { describeEither } from './describe.ts';
import { handshake12 } from './handshake.ts';
import { type EcdheSuite, suiteOf } from './suite.ts';

/** What a {@link ClientConfig} needs to speak TLS 1.2; the rest of it is the same for both versions. */
export interface Tls12Client {
  /** Whether `session`, which is one of TLS 1.2, may be offered. */
  resumes(session: Session): boolean;
  /** What our hello says beside what it does for TLS 1.3. */
  offer(config: ClientConfig, session: Session | undefined): Offered12;
  /** What to do with a ServerHello that is of TLS 1.2. */
  handleServerHello(
    config: ClientConfig,
    state: ExpectServerHello,
    hello: ServerHello,
    bytes: Uint8Array,
    entropy: Entropy,
  ): Result<readonly Action[], TlsFailure>;
  /** One line about a message, of whichever version. */
  describe(message: Uint8Array): string;
}

interface Offered12 {
  readonly suites: readonly number[];
  readonly extensions: readonly Extension[];
}

/** TLS 1.2 with `suites`, in the order in which to prefer them. */
export function tls12Client(suites: readonly EcdheSuite[]): Tls12Client {
  return {
    resumes: (session) => suiteOf(suites, session.suite) !== undefined,
    offer: (config, session) => offer12(config, suites, session),
    handleServerHello(config, from, hello, bytes, entropy) {
      const stepped = handleServerHello12(config, suites, from, hello, bytes);
      if (!stepped.ok) return stepped;
      const { state, actions } = stepped.value;
      const to = handshake12(state, (before, received, now) =>
        stepClient12(config, before, received, entropy, now),
      );
      return ok([{ do: 'hand-over', to }, ...actions]);
    },
    describe: describeEither,
  };
}
