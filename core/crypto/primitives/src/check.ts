/** Throws when `bytes` are not exactly `length` long; `what` names them. */
export function checkLength(bytes: Uint8Array, length: number, what: string): void {
  if (bytes.length !== length) {
    throw new RangeError(`${what} has ${bytes.length} bytes, not ${length}`);
  }
}

/** Throws when `[start, end)` is not a range of whole numbers within `bytes`. */
export function checkRange(bytes: Uint8Array, start: number, end: number): void {
  if (!(Number.isInteger(start) && Number.isInteger(end))) throw new RangeError(OUTSIDE);
  if (start < 0 || start > end || end > bytes.length) throw new RangeError(OUTSIDE);
}

/** Throws when message and tag are not where `Aead` wants them. */
export function checkMessage(
  bytes: Uint8Array,
  start: number,
  end: number,
  tagStart: number,
  tagLength: number,
): void {
  checkRange(bytes, start, end);
  checkRange(bytes, tagStart, tagStart + tagLength);
  if (tagStart < end && tagStart + tagLength > start && start < end) {
    throw new RangeError('the tag lies inside of the message');
  }
}

const OUTSIDE = 'a range outside of the bytes';
