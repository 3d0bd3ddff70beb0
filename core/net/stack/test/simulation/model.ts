/** What a model of TCP has to know of a path. */
export interface PathModel {
  /** Payload of a segment in bytes. */
  readonly mss: number;
  /** A round trip, with full queues, and the retransmission timeout, in milliseconds. */
  readonly rttMs: number;
  readonly rtoMs: number;
  /** The probability that a segment is lost. */
  readonly loss: number;
  /** Bytes per millisecond. */
  readonly rate: number;
  /** The largest window that buffers and headers allow, in bytes. */
  readonly window: number;
}

/** Mathis et al. 1997: bytes per millisecond of Reno where timeouts do not matter. */
export function mathis({ mss, rttMs, loss }: PathModel): number {
  return loss === 0 ? Number.POSITIVE_INFINITY : (mss / rttMs) * Math.sqrt(3 / (2 * loss));
}

/**
 * Padhye, Firoiu, Towsley and Kurose 1998, equation 32: bytes per millisecond of Reno with timeouts, where
 * every second segment is acknowledged; at most what the window and the link allow.
 */
export function pftk({ mss, rttMs, rtoMs, loss, rate, window }: PathModel): number {
  const most = Math.min(window / rttMs, rate);
  if (loss === 0) return most;
  const fast = rttMs * Math.sqrt((2 * ACKED * loss) / 3);
  const timeouts = Math.min(1, 3 * Math.sqrt((3 * ACKED * loss) / 8));
  const slow = rtoMs * timeouts * loss * (1 + 32 * loss * loss);
  return Math.min(most, mss / (fast + slow));
}

/**
 * Milliseconds that `size` bytes take: the handshake, slow start until the rate of {@link pftk} is
 * reached, and that rate for the rest.
 */
export function transferMs(size: number, path: PathModel): number {
  const rate = pftk(path);
  const { mss, rttMs } = path;
  let ms = 1.5 * rttMs;
  let left = size;
  // Delayed acknowledgments let the window grow by half in a round trip.
  for (let window = INITIAL_SEGMENTS * mss; left > 0 && window < rate * rttMs; window *= 1.5) {
    left -= window;
    ms += rttMs;
  }
  return ms + Math.max(left, 0) / rate;
}

/**
 * Milliseconds of waiting that one transfer in `odds` has, at most, when a segment or its acknowledgment is
 * lost again and again: each wait is twice the one before, from a second to a minute.
 */
export function chainMs({ loss }: PathModel, odds: number): number {
  if (loss === 0) return 0;
  const losses = Math.ceil(Math.log(odds) / -Math.log(1 - (1 - loss) ** 2));
  let ms = 0;
  for (let index = 0; index < losses; index++) ms += Math.min(1000 * 2 ** index, 60_000);
  return ms;
}

const ACKED = 2;
const INITIAL_SEGMENTS = 10;
