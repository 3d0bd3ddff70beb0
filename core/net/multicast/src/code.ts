/**
 * Times in queries: small numbers as they are, large ones as a mantissa with a hidden bit and an exponent
 * (RFC 9776 section 4.1.1, RFC 9777 section 5.1.3). `bits` is how many there are: 8 or 16.
 */
export function timeOf(code: number, bits: 8 | 16): number {
  const mantissaBits = bits - 4;
  if (code < 2 ** (bits - 1)) return code;
  const exponent = (code >>> mantissaBits) & 7;
  const mantissa = (code & (2 ** mantissaBits - 1)) | (2 ** mantissaBits);
  return mantissa * 2 ** (exponent + 3);
}

/** The code of the longest time that is not longer than `time`, a whole number. */
export function codeOf(time: number, bits: 8 | 16): number {
  const mantissaBits = bits - 4;
  if (time < 2 ** (bits - 1)) return time;
  let exponent = 0;
  while (exponent < 7 && time >= 2 ** (mantissaBits + 1 + exponent + 3)) exponent++;
  const mantissa = Math.min(Math.floor(time / 2 ** (exponent + 3)), 2 ** (mantissaBits + 1) - 1);
  return 2 ** (bits - 1) + exponent * 2 ** mantissaBits + (mantissa - 2 ** mantissaBits);
}
