import type { Random } from './random.ts';

/**
 * A copy of `bytes` damaged the way hostile peers like: flipped bits, cut short, made longer, parts
 * moved or repeated, and fields set to the values at which arithmetic goes wrong.
 */
export function mutate(random: Random, bytes: Uint8Array): Uint8Array {
  let damaged: Uint8Array = bytes.slice();
  const rounds = 1 + random.below(4);
  for (let round = 0; round < rounds; round++) damaged = random.pick(WAYS)(random, damaged);
  return damaged;
}

type Way = (random: Random, bytes: Uint8Array) => Uint8Array;

const flipBit: Way = (random, bytes) => {
  if (bytes.length > 0) bytes[random.below(bytes.length)] ^= 1 << random.below(8);
  return bytes;
};

const setByte: Way = (random, bytes) => {
  if (bytes.length > 0) bytes[random.below(bytes.length)] = random.pick(EDGES);
  return bytes;
};

const setWord: Way = (random, bytes) => {
  if (bytes.length < 2) return bytes;
  const at = random.below(bytes.length - 1);
  bytes[at] = random.pick(EDGES);
  bytes[at + 1] = random.pick(EDGES);
  return bytes;
};

const truncate: Way = (random, bytes) => bytes.slice(0, random.below(bytes.length + 1));

const extend: Way = (random, bytes) => {
  const longer = new Uint8Array(bytes.length + 1 + random.below(64));
  random.fill(longer);
  longer.set(bytes);
  return longer;
};

/** Copies a part of the bytes over another place. */
const splice: Way = (random, bytes) => {
  if (bytes.length < 2) return bytes;
  const from = random.below(bytes.length);
  const part = bytes.slice(from, from + 1 + random.below(32));
  const to = random.below(bytes.length);
  bytes.set(part.subarray(0, bytes.length - to), to);
  return bytes;
};

const remove: Way = (random, bytes) => {
  const from = random.below(bytes.length + 1);
  const behind = bytes.subarray(from + 1 + random.below(16));
  const shorter = new Uint8Array(from + behind.length);
  shorter.set(bytes.subarray(0, from));
  shorter.set(behind, from);
  return shorter;
};

const WAYS: readonly Way[] = [flipBit, setByte, setWord, truncate, extend, splice, remove];
const EDGES = [0x00, 0x01, 0x3f, 0x40, 0x7f, 0x80, 0xc0, 0xfe, 0xff];
