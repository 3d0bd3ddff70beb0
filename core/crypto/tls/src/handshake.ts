import { ok, type Result } from '@atoll/result/result';
import type { TlsFailure } from './alert.ts';
import { describeMessage } from './describe.ts';
import { HANDSHAKE } from './frame.ts';
import { parseMessage } from './message.ts';
import type { TlsVersion } from './session.ts';
import type { Action, Received, Stepped } from './step.ts';

/** One handshake, in whatever state it is, as a connection has it; and what its version makes of messages. */
export interface Handshake {
  readonly version: TlsVersion;
  /** What to do when one whole message comes. */
  handle(message: Uint8Array, now: number): Result<readonly Action[], TlsFailure>;
  /** What to do when a change_cipher_spec comes, in the version where it means something. */
  changeCipherSpec?(now: number): Result<readonly Action[], TlsFailure>;
  /** Whether alerts that are warnings end nothing. */
  readonly bearsWarnings: boolean;
  /** One line about a message for traces. */
  describe(message: Uint8Array): string;
}

/**
 * The handshake of TLS 1.3 that is in state `first`, and goes on as `step` says with all messages but KeyUpdates.
 * With `tls12` it may still become one of TLS 1.2.
 */
export function handshake13<State>(
  first: State,
  step: (state: State, received: Received, now: number) => Stepped<State>,
  tls12?: Pick<Handshake, 'describe'>,
): Handshake {
  let state = first;
  let isOpen = tls12 !== undefined;
  let isConnected = false;
  return {
    version: 'TLS 1.3',
    // Servers of TLS 1.2 may warn before they say which version it is.
    get bearsWarnings() {
      return isOpen;
    },
    handle(bytes, now) {
      isOpen = false;
      const parsed = parseMessage(bytes);
      if (!parsed.ok) return parsed;
      const message = parsed.value;
      if (message.type === HANDSHAKE.KEY_UPDATE && isConnected) {
        return ok([{ do: 'update-keys', requested: message.requested }]);
      }
      const stepped = step(state, { message, bytes }, now);
      if (!stepped.ok) return stepped;
      const { actions } = stepped.value;
      state = stepped.value.state;
      isConnected ||= actions.some((action) => action.do === 'connect');
      return ok(actions);
    },
    describe: tls12?.describe ?? describe13,
  };
}

/** Throws when a configuration has no version at all. */
export function checkSpeaks({
  suites,
  tls12,
}: {
  readonly suites: readonly unknown[];
  readonly tls12?: unknown;
}): void {
  if (suites.length === 0 && tls12 === undefined) throw new Error('no version of TLS to speak');
}

function describe13(message: Uint8Array): string {
  const parsed = parseMessage(message);
  return parsed.ok ? describeMessage(parsed.value) : parsed.error.reason;
}
