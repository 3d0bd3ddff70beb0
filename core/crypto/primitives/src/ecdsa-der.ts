/**
 * `Ecdsa-Sig-Value ::= SEQUENCE { r INTEGER, s INTEGER }` (RFC 3279, 2.2.3) beside `r || s`: the one
 * place where the two forms of an ECDSA signature meet.
 */
export function derOfRaw(raw: Uint8Array): Uint8Array {
  const half = raw.length / 2;
  const r = integer(raw.subarray(0, half));
  const s = integer(raw.subarray(half));
  const length = r.length + s.length;
  // The largest, of P-521, has 139 bytes inside.
  const head = length < 0x80 ? [SEQUENCE, length] : [SEQUENCE, 0x81, length];
  return Uint8Array.of(...head, ...r, ...s);
}

/** `undefined` for what is not DER of two positive numbers of at most `scalarLength` bytes. */
export function rawOfDer(der: Uint8Array, scalarLength: number): Uint8Array | undefined {
  const start = der[1] === 0x81 && der[2] >= 0x80 ? 3 : 2;
  const length = start === 3 ? der[2] : der[1];
  if (der[0] !== SEQUENCE || length >= (start === 3 ? 0x100 : 0x80)) return undefined;
  if (start + length !== der.length) return undefined;
  const raw = new Uint8Array(2 * scalarLength);
  const middle = readInteger(der, start, raw, scalarLength);
  if (middle === undefined) return undefined;
  const end = readInteger(der, middle, raw, 2 * scalarLength);
  return end === der.length ? raw : undefined;
}

/** Puts the INTEGER at `start` of `der` before `end` of `raw`; answers where it ends. */
function readInteger(
  der: Uint8Array,
  start: number,
  raw: Uint8Array,
  end: number,
): number | undefined {
  const length = der[start + 1];
  let first = start + 2;
  const after = first + length;
  // A scalar has at most 66 bytes, so the length is one byte; a comparison with undefined fails.
  if (der[start] !== INTEGER || !(length > 0 && length < 0x80 && after <= der.length)) {
    return undefined;
  }
  if (der[first] >= 0x80) return undefined;
  if (der[first] === 0) {
    // Zero itself is no signature, and a zero in front must be needed.
    if (length === 1 || der[first + 1] < 0x80) return undefined;
    first++;
  }
  if (after - first > raw.length / 2) return undefined;
  raw.set(der.subarray(first, after), end - (after - first));
  return after;
}

function integer(scalar: Uint8Array): number[] {
  let first = 0;
  while (first < scalar.length - 1 && scalar[first] === 0) first++;
  const digits = [...scalar.subarray(first)];
  if (digits[0] >= 0x80) digits.unshift(0);
  return [INTEGER, digits.length, ...digits];
}

const SEQUENCE = 0x30;
const INTEGER = 0x02;
