import { ok } from '@atoll/result/result';
import type { Handshake } from '../handshake.ts';
import type { Received, Stepped } from '../step.ts';
import { describe12 } from './describe.ts';
import { type Message12, parseMessage12 } from './message.ts';

/** The change_cipher_spec, which is no handshake message and has its place between them all the same. */
export const CHANGE_CIPHER_SPEC = 'ChangeCipherSpec';

export type Received12 = Received<Message12> | typeof CHANGE_CIPHER_SPEC;

/** The handshake of TLS 1.2 that is in state `first`, and goes on as `step` says. */
export function handshake12<State>(
  first: State,
  step: (state: State, received: Received12, now: number) => Stepped<State>,
): Handshake {
  let state = first;
  const take = (received: Received12, now: number) => {
    const stepped = step(state, received, now);
    if (!stepped.ok) return stepped;
    state = stepped.value.state;
    return ok(stepped.value.actions);
  };
  return {
    version: 'TLS 1.2',
    bearsWarnings: true,
    handle(bytes, now) {
      const parsed = parseMessage12(bytes);
      return parsed.ok ? take({ message: parsed.value, bytes }, now) : parsed;
    },
    changeCipherSpec: (now) => take(CHANGE_CIPHER_SPEC, now),
    describe: describe12,
  };
}

/** `ServerHelloDone`, for failures. */
export function nameOfReceived(received: Received12): string {
  return received === CHANGE_CIPHER_SPEC ? received : describe12(received.bytes);
}
