/** How far one end of a device is, as both ends write it to xenstore (xen/include/public/io/xenbus.h). */
export const STATE = {
  unknown: 0,
  initialising: 1,
  initWait: 2,
  initialised: 3,
  connected: 4,
  closing: 5,
  closed: 6,
  reconfiguring: 7,
  reconfigured: 8,
} as const;

/** What a frontend must do: see {@link FrontendState.handle}. */
export type FrontendAction = 'connect' | 'disconnect' | 'restart' | 'none';

/**
 * What a frontend does when its backend changes. A backend that is gone, in whatever way, ends the
 * connection; one that waits for us, be it another one, begins a new one.
 */
export class FrontendState {
  /** Ours, as it stands in xenstore. */
  own: number = STATE.initialising;
  /** The backend has seen that we are connected. */
  #isUp = false;

  /** `backend` is the other end's state, {@link STATE}.unknown when there is none. */
  handle(backend: number): FrontendAction {
    const isConnected = this.own === STATE.connected;
    if (!isConnected) this.#isUp = false;
    switch (backend) {
      case STATE.connected:
        this.#isUp = isConnected;
        return 'none';
      case STATE.initialising:
      case STATE.initWait:
      case STATE.initialised:
        // It still waits, or waits again: then it died, or was replaced, and has forgotten us.
        if (isConnected) return this.#isUp ? 'disconnect' : 'none';
        if (this.own !== STATE.initialising) return 'restart';
        return backend === STATE.initialising ? 'none' : 'connect';
      case STATE.closing:
      case STATE.closed:
      case STATE.unknown:
        return isConnected ? 'disconnect' : 'none';
      default:
        return 'none';
    }
  }
}

/** The state in `text`, {@link STATE}.unknown for what is none. */
export function parseState(text: string | undefined): number {
  const state = text !== undefined && /^[1-8]$/.test(text) ? Number(text) : STATE.unknown;
  return state;
}
