/**
 * `Ecdsa-Sig-Value ::= SEQUENCE { r INTEGER, s INTEGER }` (RFC 3279, 2.2.3) beside `r || s`: the one
 * place where the two forms of an ECDSA signature meet.
 */
export function derOfRaw(raw: Uint8Array): Uint8Array {
  const half = raw.length / 2;
  const r = withoutZeros(raw, 0, half);
  const s = withoutZeros(raw, half, raw.length);
  const length = integerLength(r) + integerLength(s);
  // The largest, of P-521, has 139 bytes inside.
  const start = length < 0x80 ? 2 : 3;
  const der = new Uint8Array(start + length);
  der[0] = SEQUENCE;
  if (start === 3) der[1] = 0x81;
  der[start - 1] = length;
  putInteger(der, start, r);
  putInteger(der, start + integerLength(r), s);
  return der;
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

/** A number in [start, end), of one byte at least. */
function withoutZeros(bytes: Uint8Array, start: number, end: number): Uint8Array {
  let first = start;
  while (first < end - 1 && bytes[first] === 0) first++;
  return bytes.subarray(first, end);
}

function integerLength(number: Uint8Array): number {
  return 2 + padding(number) + number.length;
}

function putInteger(der: Uint8Array, start: number, number: Uint8Array): void {
  der[start] = INTEGER;
  der[start + 1] = padding(number) + number.length;
  der.set(number, start + 2 + padding(number));
}

/** DER would take a number for negative that had no zero in front. */
function padding(number: Uint8Array): number {
  return number[0] >= 0x80 ? 1 : 0;
}

const SEQUENCE = 0x30;
const INTEGER = 0x02;
