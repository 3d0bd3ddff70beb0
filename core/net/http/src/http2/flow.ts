import { ERROR, FRAME_SIZE, INITIAL_WINDOW, LARGEST_WINDOW } from './code.ts';
import type { State } from './state.ts';
import type { Stream } from './stream.ts';

/** Flow control (RFC 9113 section 5.2): how much of bodies may go out, and how much of them may come. */
export class Flow {
  /** Octets of a payload that the peer takes. */
  frameSize = FRAME_SIZE;
  /** What a new stream may send. */
  initialWindow = INITIAL_WINDOW;
  /** Octets that the peer may send on all streams together. */
  receiveWindow = INITIAL_WINDOW;
  /** Octets that the peer lets us send on all streams together. */
  #sendWindow = INITIAL_WINDOW;
  /** Octets by which the connection's window has opened, and that the peer was not told of. */
  #owed = CONNECTION_WINDOW - INITIAL_WINDOW;
  readonly #state: State;

  /** Opens the window of the connection at once, behind the frames that wait already. */
  constructor(state: State) {
    this.#state = state;
    this.#repay();
  }

  /** Whether the peer can send hardly anything, on whichever stream. */
  get isFull(): boolean {
    return this.receiveWindow < INITIAL_WINDOW / 2;
  }

  /** How many octets of a body may go out on `stream` now. */
  allowance({ sendWindow }: Stream): number {
    return Math.max(0, Math.min(sendWindow, this.#sendWindow, this.frameSize));
  }

  /** So many octets of a body went out. */
  sent(stream: Stream, count: number): void {
    stream.sendWindow -= count;
    this.#sendWindow -= count;
    this.#state.toll.earn(EARNED_BY_DATA);
  }

  /** Somebody took so many octets of the body, and the peer may send as many more. */
  consume(stream: Stream, count: number): void {
    stream.consume(count);
    this.credit(stream, count);
  }

  /** The window of the connection opens again, and that of `stream`; the peer hears of it when it is worth it. */
  credit(stream: Stream | undefined, count: number): void {
    this.#owed += count;
    this.#repay();
    if (stream === undefined || !stream.isReceiving) return;
    stream.owed += count;
    if (stream.owed < INITIAL_WINDOW / 2) return;
    stream.receiveWindow += stream.owed;
    this.#state.control.push({
      type: 'WINDOW_UPDATE',
      stream: stream.id,
      increment: stream.owed,
    });
    stream.owed = 0;
  }

  /** A WINDOW_UPDATE for the connection. */
  handleWindowUpdate(increment: number): void {
    this.#sendWindow += increment;
    if (this.#sendWindow > LARGEST_WINDOW) this.#overflow();
  }

  /** The peer's SETTINGS_INITIAL_WINDOW_SIZE; windows of streams may become negative (section 6.9.2). */
  resize(size: number, streams: Iterable<Stream>): void {
    const change = size - this.initialWindow;
    let isTooLarge = size > LARGEST_WINDOW;
    this.initialWindow = size;
    for (const stream of streams) {
      stream.sendWindow += change;
      isTooLarge ||= stream.sendWindow > LARGEST_WINDOW;
    }
    if (isTooLarge) this.#overflow();
  }

  #repay(): void {
    if (this.#owed < INITIAL_WINDOW / 2) return;
    this.receiveWindow += this.#owed;
    this.#state.control.push({ type: 'WINDOW_UPDATE', stream: 0, increment: this.#owed });
    this.#owed = 0;
  }

  #overflow(): void {
    this.#state.fail(ERROR.FLOW_CONTROL_ERROR, 'a window that is too large');
  }
}

/** Twice that of a stream, so that a body that nobody reads does not keep the others. */
const CONNECTION_WINDOW = 2 * INITIAL_WINDOW;
/** Points that data which went out is worth: the peer tells twice that it took it. */
const EARNED_BY_DATA = 2;
