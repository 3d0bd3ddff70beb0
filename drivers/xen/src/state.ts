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

  /** `backend` is the other end's state, {@link STATE}.unknown when there is none. */
  handle(backend: number): FrontendAction {
    switch (backend) {
      case STATE.initWait:
      case STATE.initialised:
        // A backend that waits again has forgotten us: it died, or was replaced.
        if (this.own === STATE.initialising) return 'connect';
        return this.own === STATE.connected ? 'disconnect' : 'restart';
      case STATE.initialising:
        if (this.own === STATE.connected) return 'disconnect';
        return this.own === STATE.initialising ? 'none' : 'restart';
      case STATE.closing:
      case STATE.closed:
      case STATE.unknown:
        return this.own === STATE.connected ? 'disconnect' : 'none';
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
