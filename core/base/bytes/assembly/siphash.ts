/** SipHash-2-4 over linear memory: what `src/siphash.ts` does, with words of 64 bits. */

let high: u32 = 0;
let a: u64 = 0;
let b: u64 = 0;
let c: u64 = 0;
let d: u64 = 0;

/**
 * Hashes the `length` bytes at `address` under the key of the little-endian words `k0` to `k3`. Answers the
 * lower 32 bits; {@link sipHashHigh} has the others.
 */
export function sipHash(address: u32, length: u32, k0: u32, k1: u32, k2: u32, k3: u32): u32 {
  const key0 = (k0 as u64) | ((k1 as u64) << 32);
  const key1 = (k2 as u64) | ((k3 as u64) << 32);
  a = key0 ^ 0x736f6d6570736575;
  b = key1 ^ 0x646f72616e646f6d;
  c = key0 ^ 0x6c7967656e657261;
  d = key1 ^ 0x7465646279746573;
  const end = address + (length & ~7);
  for (let at = address; at < end; at += 8) absorb(load<u64>(at));
  absorb(lastWord(end, length));
  c ^= 0xff;
  round();
  round();
  round();
  round();
  const hash = a ^ b ^ c ^ d;
  high = (hash >> 32) as u32;
  return hash as u32;
}

/** The upper 32 bits of the last hash. */
export function sipHashHigh(): u32 {
  return high;
}

/** Writes the hash of these bytes at `at`: its lower 32 bits, then the others, both big-endian. */
export function sipSeal(
  address: u32,
  length: u32,
  at: u32,
  k0: u32,
  k1: u32,
  k2: u32,
  k3: u32,
): void {
  store<u32>(at, bswap<u32>(sipHash(address, length, k0, k1, k2, k3)));
  store<u32>(at, bswap<u32>(high), 4);
}

/**
 * Writes the numbers behind 16 bytes at `address`, and zeros from `end` to the next multiple of 8; then seals
 * what lies behind the 16 bytes there, up to `end`, and what lies up to `middle`. Both are counted from `address`.
 */
export function sipSealHeader(
  address: u32,
  first: u32,
  second: u32,
  third: f64,
  middle: u32,
  end: u32,
  k0: u32,
  k1: u32,
  k2: u32,
  k3: u32,
): void {
  const start = address + 16;
  store<u32>(start, bswap<u32>(first));
  store<u32>(start, bswap<u32>(second), 4);
  // What is no such number must not trap.
  store<u64>(start, third < 9007199254740992 ? bswap<u64>(third as u64) : 0, 8);
  for (let at = end; (at & 7) != 0; at++) store<u8>(address + at, 0);
  sipSeal(start, end - 16, address, k0, k1, k2, k3);
  sipSeal(start, middle - 16, address + 8, k0, k1, k2, k3);
}

/** 1 where {@link sipSeal} would write what stands at `at`, otherwise 0. */
export function sipSealed(
  address: u32,
  length: u32,
  at: u32,
  k0: u32,
  k1: u32,
  k2: u32,
  k3: u32,
): u32 {
  const low = sipHash(address, length, k0, k1, k2, k3);
  return u32(load<u32>(at) == bswap<u32>(low) && load<u32>(at, 4) == bswap<u32>(high));
}

/** What is left of a message of `length` bytes from `address` on, with its length on top. */
function lastWord(address: u32, length: u32): u64 {
  let word = (length as u64) << 56;
  for (let index: u32 = 0; index < (length & 7); index++) {
    word |= (load<u8>(address + index) as u64) << ((index * 8) as u64);
  }
  return word;
}

function absorb(word: u64): void {
  d ^= word;
  round();
  round();
  a ^= word;
}

function round(): void {
  a += b;
  b = rotl<u64>(b, 13) ^ a;
  a = rotl<u64>(a, 32);
  c += d;
  d = rotl<u64>(d, 16) ^ c;
  a += d;
  d = rotl<u64>(d, 21) ^ a;
  c += b;
  b = rotl<u64>(b, 17) ^ c;
  c = rotl<u64>(c, 32);
}
