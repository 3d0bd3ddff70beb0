/** A big-endian number. */
export function toNumber(bytes: Uint8Array): bigint {
  let text = '0x0';
  for (const byte of bytes) text += HEX[byte];
  return BigInt(text);
}

/** `number` as `length` bytes, big-endian; it must fit. */
export function toBytes(number: bigint, length: number): Uint8Array {
  const text = number.toString(16).padStart(2 * length, '0');
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/** `base` to the power of `exponent` modulo `modulus`, four bits of the exponent at a time. */
export function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  const powers = [1n % modulus];
  for (let i = 1; i < 16; i++) powers.push((powers[i - 1] * base) % modulus);
  let result = 1n % modulus;
  for (const digit of exponent.toString(16)) {
    for (let i = 0; i < 4; i++) result = (result * result) % modulus;
    result = (result * powers[Number.parseInt(digit, 16)]) % modulus;
  }
  return result;
}

/** The inverse of `number` modulo `modulus`; `undefined` when they have a common divisor. */
export function invert(number: bigint, modulus: bigint): bigint | undefined {
  let [dividend, divisor] = [modulus, number];
  let [before, inverse] = [0n, 1n];
  while (divisor > 0n) {
    const quotient = dividend / divisor;
    [dividend, divisor] = [divisor, dividend - quotient * divisor];
    [before, inverse] = [inverse, before - quotient * inverse];
  }
  return dividend === 1n ? ((before % modulus) + modulus) % modulus : undefined;
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
