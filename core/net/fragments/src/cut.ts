export interface Fragment {
  /** Bytes: where it starts in what was cut up, and how long it is. */
  readonly offset: number;
  readonly length: number;
  readonly more: boolean;
}

/**
 * `length` bytes in fragments of at most `room` bytes: all but the last as large as they can be, in units
 * of eight bytes. Throws a RangeError when there is no room for one unit.
 */
export function cut(length: number, room: number): readonly Fragment[] {
  const step = room - (room % 8);
  if (step <= 0) throw new RangeError(`fragments of ${room} bytes have no room for anything`);
  const pieces: Fragment[] = [];
  for (let offset = 0; offset < length; offset += step) {
    const left = length - offset;
    pieces.push({ offset, length: Math.min(step, left), more: left > step });
  }
  return pieces;
}
