/**
 * ML-KEM-768 (FIPS 203) in one region, laid out as `src/fast.ts` says. Everything is inside of it: what
 * comes in, what goes out, and all that is in between.
 */
import { absorb, absorbByte, begin, finish, KECCAK_SIZE, keccakSetup, squeeze } from './keccak';
import {
  add,
  addProduct,
  decode,
  encode,
  POLYNOMIAL,
  POLYNOMIAL_SIZE,
  polynomialSetup,
  sampleNoise,
  sampleUniform,
  subtractFrom,
  transform,
  transformBack,
} from './polynomial';

const K: u32 = 3;
const VECTOR: u32 = K * POLYNOMIAL;
const ENCODED_VECTOR: u32 = K * 384;

/** The region. */
const PUBLIC_KEY: u32 = 0;
const PRIVATE_KEY: u32 = 1184;
const CIPHERTEXT: u32 = 3584;
const SHARED: u32 = 4672;
/** What is random: `d || z`, or `m`. */
const RANDOM: u32 = 4704;
/** The output of a hash of 64 bytes, and the one that is compared. */
const HASHED: u32 = 4768;
const AGAIN: u32 = 4832;
const FIRST: u32 = 5920;
const SECOND: u32 = FIRST + VECTOR;
const PLACE: u32 = SECOND + VECTOR;
const SINGLE: u32 = PLACE + POLYNOMIAL;
const KECCAK: u32 = SINGLE + POLYNOMIAL;
const ROOTS: u32 = KECCAK + KECCAK_SIZE;
const END: u32 = ROOTS + POLYNOMIAL_SIZE;

/** What must be wiped after use: everything before the tables, and the sponge. */
export function size(): u32 {
  return END;
}

/** To be called before every other function: where the region is. */
export function setup(region: u32): void {
  keccakSetup(region + KECCAK);
  polynomialSetup(region + ROOTS);
}

/** Algorithm 16: both keys of the 64 random bytes. */
export function generate(region: u32): void {
  const seed = region + HASHED;
  begin(72);
  absorb(region + RANDOM, 32);
  absorbByte(K);
  finish(6);
  squeeze(seed, 64);
  const secret = region + FIRST;
  const sum = region + SECOND;
  for (let i: u32 = 0; i < K; i++) {
    sampleNoise(secret + i * POLYNOMIAL, seed + 32, i);
    transform(secret + i * POLYNOMIAL);
    encode(secret + i * POLYNOMIAL, 12, region + PRIVATE_KEY + i * 384);
    sampleNoise(sum + i * POLYNOMIAL, seed + 32, K + i);
    transform(sum + i * POLYNOMIAL);
  }
  for (let row: u32 = 0; row < K; row++) {
    for (let column: u32 = 0; column < K; column++) {
      sampleUniform(region + PLACE, seed, column, row);
      addProduct(sum + row * POLYNOMIAL, region + PLACE, secret + column * POLYNOMIAL);
    }
    encode(sum + row * POLYNOMIAL, 12, region + PUBLIC_KEY + row * 384);
  }
  memory.copy(region + PUBLIC_KEY + ENCODED_VECTOR, seed, 32);
  const rest = region + PRIVATE_KEY + ENCODED_VECTOR;
  memory.copy(rest, region + PUBLIC_KEY, 1184);
  begin(136);
  absorb(region + PUBLIC_KEY, 1184);
  finish(6);
  squeeze(rest + 1184, 32);
  memory.copy(rest + 1216, region + RANDOM + 32, 32);
}

/** Algorithm 17: ciphertext and secret of 32 random bytes; 0 when the public key is not one. */
export function encapsulate(region: u32): u32 {
  for (let i: u32 = 0; i < K; i++) {
    if (decode(region + PLACE, 12, region + PUBLIC_KEY + i * 384) == 0) return 0;
  }
  begin(136);
  absorb(region + PUBLIC_KEY, 1184);
  finish(6);
  squeeze(region + HASHED, 32);
  begin(72);
  absorb(region + RANDOM, 32);
  absorb(region + HASHED, 32);
  finish(6);
  squeeze(region + HASHED, 64);
  memory.copy(region + SHARED, region + HASHED, 32);
  encrypt(region, region + PUBLIC_KEY, region + CIPHERTEXT);
  return 1;
}

/** Algorithm 18: the secret in the ciphertext, or one that nobody has. */
export function decapsulate(region: u32): void {
  decrypt(region);
  const publicKey = region + PRIVATE_KEY + ENCODED_VECTOR;
  begin(72);
  absorb(region + RANDOM, 32);
  absorb(publicKey + 1184, 32);
  finish(6);
  squeeze(region + HASHED, 64);
  begin(136);
  absorb(publicKey + 1216, 32);
  absorb(region + CIPHERTEXT, 1088);
  finish(0x1f);
  squeeze(region + SHARED, 32);
  encrypt(region, publicKey, region + AGAIN);
  let difference: u32 = 0;
  for (let i: u32 = 0; i < 1088; i++) {
    difference |= <u32>(load<u8>(region + CIPHERTEXT + i) ^ load<u8>(region + AGAIN + i));
  }
  // All ones when both ciphertexts are the same.
  const mask = (difference - 1) >> 8;
  for (let i: u32 = 0; i < 32; i++) {
    const rejected: u32 = load<u8>(region + SHARED + i);
    const accepted: u32 = load<u8>(region + HASHED + i);
    store<u8>(region + SHARED + i, rejected ^ ((rejected ^ accepted) & mask));
  }
}

/** Algorithm 14: RANDOM to `publicKey`, with the noise of the seed in the second half of HASHED. */
function encrypt(region: u32, publicKey: u32, ciphertext: u32): void {
  const seed = region + HASHED + 32;
  const noise = region + FIRST;
  for (let i: u32 = 0; i < K; i++) {
    sampleNoise(noise + i * POLYNOMIAL, seed, i);
    transform(noise + i * POLYNOMIAL);
  }
  const sum = region + SECOND;
  const place = region + PLACE;
  for (let row: u32 = 0; row < K; row++) {
    memory.fill(sum, 0, POLYNOMIAL);
    for (let column: u32 = 0; column < K; column++) {
      sampleUniform(place, publicKey + ENCODED_VECTOR, row, column);
      addProduct(sum, place, noise + column * POLYNOMIAL);
    }
    transformBack(sum);
    sampleNoise(place, seed, K + row);
    add(sum, place);
    encode(sum, 10, ciphertext + row * 320);
  }
  memory.fill(sum, 0, POLYNOMIAL);
  for (let i: u32 = 0; i < K; i++) {
    decode(place, 12, publicKey + i * 384);
    addProduct(sum, place, noise + i * POLYNOMIAL);
  }
  transformBack(sum);
  sampleNoise(place, seed, 2 * K);
  add(sum, place);
  decode(place, 1, region + RANDOM);
  add(sum, place);
  encode(sum, 4, ciphertext + K * 320);
}

/** Algorithm 15: the ciphertext to RANDOM. */
function decrypt(region: u32): void {
  const sum = region + SINGLE;
  memory.fill(sum, 0, POLYNOMIAL);
  for (let i: u32 = 0; i < K; i++) {
    decode(region + FIRST, 10, region + CIPHERTEXT + i * 320);
    transform(region + FIRST);
    decode(region + PLACE, 12, region + PRIVATE_KEY + i * 384);
    addProduct(sum, region + FIRST, region + PLACE);
  }
  transformBack(sum);
  decode(region + PLACE, 4, region + CIPHERTEXT + K * 320);
  subtractFrom(sum, region + PLACE);
  encode(sum, 1, region + RANDOM);
}
