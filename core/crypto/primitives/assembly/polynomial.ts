/**
 * Polynomials of ML-KEM (FIPS 203, 4): 256 coefficients below q, 2 bytes each. No branch, no address and no
 * division depends on a coefficient, unless it is public.
 */
import { absorb, absorbByte, begin, finish, squeeze, squeezeByte } from './keccak';

export const Q: u32 = 3329;
export const POLYNOMIAL: u32 = 512;

/** Bytes of the table of roots and of room for one sample. */
export const POLYNOMIAL_SIZE: u32 = 256 + 128;

let roots: u32 = 0;
let sample: u32 = 0;

/** Powers of 17, the 256th root of 1, in the order of bits turned around (4.3). */
export function polynomialSetup(address: u32): void {
  roots = address;
  sample = address + 256;
  for (let i: u32 = 0; i < 128; i++) {
    let exponent: u32 = 0;
    for (let bit: u32 = 0; bit < 7; bit++) exponent |= ((i >> bit) & 1) << (6 - bit);
    let power: u32 = 1;
    for (; exponent > 0; exponent--) power = reduce(power * 17);
    store<u16>(roots + 2 * i, power);
  }
}

/** `value / q` for values below 2^25, by a multiplication: how long a division takes may tell its operands. */
function divide(value: u32): u32 {
  return <u32>((<u64>value * 330282858) >> 40);
}

/** `value` modulo q, below 2^25. */
export function reduce(value: u32): u32 {
  return value - divide(value) * Q;
}

function at(polynomial: u32, index: u32): u32 {
  return load<u16>(polynomial + 2 * index);
}

function put(polynomial: u32, index: u32, value: u32): void {
  store<u16>(polynomial + 2 * index, value);
}

/** `target` plus `other`. */
export function add(target: u32, other: u32): void {
  for (let i: u32 = 0; i < 256; i++) put(target, i, reduce(at(target, i) + at(other, i)));
}

/** `target` becomes `other` minus itself. */
export function subtractFrom(target: u32, other: u32): void {
  for (let i: u32 = 0; i < 256; i++) put(target, i, reduce(at(other, i) + Q - at(target, i)));
}

/** Algorithm 9, in place. */
export function transform(polynomial: u32): void {
  let root: u32 = 1;
  for (let length: u32 = 128; length >= 2; length >>= 1) {
    for (let start: u32 = 0; start < 256; start += 2 * length) {
      const zeta = at(roots, root++);
      for (let j = start; j < start + length; j++) {
        const turned = reduce(zeta * at(polynomial, j + length));
        const value = at(polynomial, j);
        put(polynomial, j + length, reduce(value + Q - turned));
        put(polynomial, j, reduce(value + turned));
      }
    }
  }
}

/** Algorithm 10, in place. */
export function transformBack(polynomial: u32): void {
  let root: u32 = 127;
  for (let length: u32 = 2; length <= 128; length <<= 1) {
    for (let start: u32 = 0; start < 256; start += 2 * length) {
      const zeta = at(roots, root--);
      for (let j = start; j < start + length; j++) {
        const value = at(polynomial, j);
        const other = at(polynomial, j + length);
        put(polynomial, j, reduce(value + other));
        put(polynomial, j + length, reduce(zeta * reduce(other + Q - value)));
      }
    }
  }
  // The inverse of 128.
  for (let i: u32 = 0; i < 256; i++) put(polynomial, i, reduce(at(polynomial, i) * 3303));
}

/** Algorithm 11: adds the product of two transformed polynomials to `sum`. */
export function addProduct(sum: u32, a: u32, b: u32): void {
  for (let i: u32 = 0; i < 128; i++) {
    const zeta = at(roots, 64 + (i >> 1));
    const gamma = (i & 1) == 0 ? zeta : Q - zeta;
    const a0 = at(a, 2 * i);
    const a1 = at(a, 2 * i + 1);
    const b0 = at(b, 2 * i);
    const b1 = at(b, 2 * i + 1);
    const even = reduce(a0 * b0 + reduce(a1 * b1) * gamma);
    const odd = reduce(a0 * b1 + a1 * b0);
    put(sum, 2 * i, reduce(at(sum, 2 * i) + even));
    put(sum, 2 * i + 1, reduce(at(sum, 2 * i + 1) + odd));
  }
}

/** Algorithm 7: a place of the matrix out of the public seed of 32 bytes. What is sampled is public. */
export function sampleUniform(polynomial: u32, seed: u32, column: u32, row: u32): void {
  begin(168);
  absorb(seed, 32);
  absorbByte(column);
  absorbByte(row);
  finish(0x1f);
  let made: u32 = 0;
  while (made < 256) {
    const first = squeezeByte();
    const second = squeezeByte();
    const third = squeezeByte();
    const low = first | ((second & 15) << 8);
    const high = (second >> 4) | (third << 4);
    if (low < Q) put(polynomial, made++, low);
    if (high < Q && made < 256) put(polynomial, made++, high);
  }
}

/** Algorithm 8 with eta 2, of SHAKE256 of the secret seed of 32 bytes and a number. */
export function sampleNoise(polynomial: u32, seed: u32, number: u32): void {
  begin(136);
  absorb(seed, 32);
  absorbByte(number);
  finish(0x1f);
  squeeze(sample, 128);
  for (let i: u32 = 0; i < 128; i++) {
    const byte: u32 = load<u8>(sample + i);
    // Pairs of bits are counted: each half of the byte is one coefficient.
    const counts = (byte & 0x55) + ((byte >> 1) & 0x55);
    put(polynomial, 2 * i, reduce((counts & 3) + Q - ((counts >> 2) & 3)));
    put(polynomial, 2 * i + 1, reduce(((counts >> 4) & 3) + Q - (counts >> 6)));
  }
}

/** Algorithm 5 after compression to `bits` bits (4.2.1); with 12 bits nothing is compressed. */
export function encode(polynomial: u32, bits: u32, target: u32): void {
  let held: u32 = 0;
  let count: u32 = 0;
  for (let i: u32 = 0; i < 256; i++) {
    const value = at(polynomial, i);
    const compressed =
      bits == 12 ? value : divide((value << bits) + Q / 2) & ((1 << bits) - 1);
    held |= compressed << count;
    count += bits;
    for (; count >= 8; count -= 8) {
      store<u8>(target++, held);
      held >>= 8;
    }
  }
}

/** Algorithm 6, then decompression. Answers 0 when a value of 12 bits is not below q, as of a public key. */
export function decode(polynomial: u32, bits: u32, source: u32): u32 {
  let held: u32 = 0;
  let count: u32 = 0;
  let isReduced: u32 = 1;
  for (let i: u32 = 0; i < 256; i++) {
    for (; count < bits; count += 8) held |= <u32>load<u8>(source++) << count;
    const value = held & ((1 << bits) - 1);
    held >>= bits;
    count -= bits;
    if (bits == 12) {
      isReduced &= (value - Q) >> 31;
      put(polynomial, i, reduce(value));
    } else {
      put(polynomial, i, (value * Q + (1 << (bits - 1))) >> bits);
    }
  }
  return isReduced;
}
