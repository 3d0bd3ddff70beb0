import type { CloseReason, TcpConnection, TcpHandler } from '@atoll/device/socket';

/** What one side of a connection does. */
export interface Habit {
  /** How many bytes it sends. */
  readonly size: number;
  /** At most so many bytes in one write, and milliseconds between writes. */
  readonly piece?: number;
  readonly pauseMs?: number;
  /** At most so many bytes in one read, and milliseconds between reads. */
  readonly bite?: number;
  readonly restMs?: number;
  /** It sends nothing before the peer has finished. */
  readonly isLast?: boolean;
}

/** Calls `act` in so many milliseconds. */
export type After = (ms: number, act: () => void) => void;

/** One side of a connection: sends the pattern, and checks that the peer's arrives. */
export class Party implements TcpHandler {
  sent = 0;
  received = 0;
  /** Where the first wrong byte was. */
  wrongAt: number | undefined;
  isConnected = false;
  /** When the peer's end was seen. */
  finishedAt: number | undefined;
  reason: CloseReason | undefined;
  readonly #connection: TcpConnection;
  readonly #habit: Required<Habit>;
  readonly #clock: { readonly now: number };
  readonly #after: After;
  #isPausing = false;
  #isResting = false;
  /** What was read of this bite. */
  #bitten = 0;
  #hasEnded = false;

  constructor(
    connection: TcpConnection,
    habit: Habit,
    clock: { readonly now: number },
    after: After,
  ) {
    this.#connection = connection;
    this.#habit = { ...EAGER, ...habit };
    this.#clock = clock;
    this.#after = after;
  }

  onConnected(): void {
    this.isConnected = true;
    if (!this.#habit.isLast) this.#write();
  }

  onWritable(): void {
    this.#write();
  }

  onReadable(): void {
    this.#read();
  }

  onClosed(reason: CloseReason): void {
    this.#read(true);
    this.reason = reason;
  }

  #write(): void {
    const { size, piece, pauseMs } = this.#habit;
    while (this.sent < size && !this.#isPausing) {
      const written = this.#connection.write(
        pattern(this.sent, Math.min(piece, size - this.sent, MOST)),
      );
      this.sent += written;
      if (written === 0) return;
      if (pauseMs > 0) {
        this.#isPausing = true;
        this.#after(pauseMs, () => {
          this.#isPausing = false;
          this.#write();
        });
      }
    }
    if (this.sent < size || this.#hasEnded) return;
    this.#hasEnded = true;
    this.#connection.end();
  }

  #read(isLastCall = false): void {
    const { bite, restMs } = this.#habit;
    while (isLastCall || !this.#isResting) {
      const bytes = this.#connection.peek();
      if (bytes.length === 0) break;
      const count = isLastCall ? bytes.length : Math.min(bytes.length, bite - this.#bitten);
      this.#check(bytes.subarray(0, count));
      this.#connection.consume(count);
      this.#bitten += count;
      if (this.#bitten < bite || isLastCall) continue;
      this.#bitten = 0;
      if (restMs === 0) continue;
      this.#isResting = true;
      this.#after(restMs, () => {
        this.#isResting = false;
        this.#read();
      });
    }
    if (!this.#connection.isFinished || this.finishedAt !== undefined) return;
    this.finishedAt = this.#clock.now;
    if (this.#habit.isLast) this.#write();
  }

  #check(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; done += MOST) {
      const part = bytes.subarray(done, done + MOST);
      if (Buffer.compare(part, pattern(this.received, part.length)) !== 0) {
        this.wrongAt ??= this.received;
      }
      this.received += part.length;
    }
  }
}

/** Part of an endless sequence that looks random. It is a view. */
function pattern(start: number, length: number): Uint8Array {
  const at = start % PERIOD;
  return PATTERN.subarray(at, at + length);
}

const EAGER = {
  piece: Number.POSITIVE_INFINITY,
  pauseMs: 0,
  bite: Number.POSITIVE_INFINITY,
  restMs: 0,
  isLast: false,
};
/** A prime, so that it fits no buffer and no window. */
const PERIOD = 65_521;
const MOST = 0x1_0000;
const PATTERN = Uint8Array.from({ length: PERIOD + MOST }, (_, at) => {
  const place = at % PERIOD;
  return (place * 31 + (place >>> 8) * 17) & 0xff;
});
