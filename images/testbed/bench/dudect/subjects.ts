import type { AeadAlgorithm } from '@atoll/primitives/aead';
import type { Agreement } from '@atoll/primitives/agreement';
import { equalBytes } from '@atoll/primitives/equal';
import type { HashAlgorithm } from '@atoll/primitives/hash';
import type { Kem } from '@atoll/primitives/kem';
import type { NistCurve } from '@atoll/primitives/nist';
import type { Rsa, RsaPrivateKey } from '@atoll/primitives/rsa';
import type { Ed25519 } from '@atoll/primitives/signature';
import type { Random } from '@atoll/sim/random';

/** Something whose time must not tell which of two kinds of secret it works on. */
export interface Subject {
  readonly name: string;
  /** What the two kinds are. */
  readonly classes: readonly [string, string];
  readonly measurements: number;
  /** Makes a secret of the kind `which`: the same work for both, and always in the same place. */
  prepare(which: 0 | 1): void;
  run(): void;
}

/** Two tags that are both wrong. */
export const TAG = ['wrong first byte', 'wrong last byte'] as const;
const FIXED = ['the same', 'a random one'] as const;

/** Two kinds that are the same: how far t goes by itself. */
export function nullControl(algorithm: AeadAlgorithm): Subject {
  const subject = tagCheck(algorithm);
  const name = `control: ${subject.name}, no difference`;
  return {
    ...subject,
    name,
    classes: ['wrong first byte', 'the same'],
    prepare: () => subject.prepare(0),
  };
}

/** A comparison that stops at the first difference: what the method must find. */
export function leakyControl(): Subject {
  const { expected, given, prepare } = tags();
  return {
    name: 'control: a comparison that stops early',
    classes: TAG,
    measurements: 20_000,
    prepare,
    run: () => void expected.every((byte, index) => byte === given[index]),
  };
}

export function equality(): Subject {
  const { expected, given, prepare } = tags();
  return {
    name: 'equalBytes',
    classes: TAG,
    measurements: 40_000,
    prepare,
    run: () => void equalBytes(expected, given),
  };
}

function tags() {
  const expected = new Uint8Array(16).fill(0x5a);
  const given = new Uint8Array(16);
  const kinds = withWrongByte(expected, 0, 15);
  const prepare = (which: 0 | 1) => select(given, kinds, which);
  return { expected, given, prepare };
}

/** The check of a message's tag. */
export function tagCheck(algorithm: AeadAlgorithm): Subject {
  const { name, keyLength, nonceLength, tagLength } = algorithm;
  const aead = algorithm.withKey(new Uint8Array(keyLength).fill(1));
  const nonce = new Uint8Array(nonceLength);
  const header = new Uint8Array(5);
  const sealed = new Uint8Array(64 + tagLength);
  aead.seal(nonce, header, sealed, 0, 64, 64);
  const kinds = withWrongByte(sealed, 64, 64 + tagLength - 1);
  const bytes = new Uint8Array(sealed.length);
  return {
    name: `${name}, open`,
    classes: TAG,
    measurements: 60_000,
    prepare: (which) => select(bytes, kinds, which),
    run: () => void aead.open(nonce, header, bytes, 0, 64, 64),
  };
}

export function agreement(group: Agreement, random: Random, measurements: number): Subject {
  const fixed = group.generate(random).privateKey;
  const peer = group.generate(random).publicKey;
  const { secret, prepare } = fixedOrRandom(fixed, random);
  return {
    name: `${group.name}, private key`,
    classes: FIXED,
    measurements,
    prepare,
    run: () => void group.agree(secret, peer),
  };
}

export function ecdsaSigning(
  curve: NistCurve,
  hash: HashAlgorithm,
  random: Random,
  measurements: number,
): Subject {
  const { secret, prepare } = fixedOrRandom(curve.generate(random).privateKey, random);
  const message = random.bytes(32);
  return {
    name: `ECDSA ${curve.name}, private key`,
    classes: FIXED,
    measurements,
    prepare,
    run: () => void curve.sign(secret, hash, message),
  };
}

export function ed25519Signing(ed25519: Ed25519, random: Random): Subject {
  const { secret, prepare } = fixedOrRandom(random.bytes(32), random);
  const message = random.bytes(32);
  return {
    name: 'Ed25519, private key',
    classes: FIXED,
    measurements: 10_000,
    prepare,
    run: () => void ed25519.sign(secret, message, random),
  };
}

/** The private operation: what a decryption or a blind signature would show. */
export function rsaOperation(rsa: Rsa, key: RsaPrivateKey, random: Random): Subject {
  const { secret, prepare } = fixedOrRandom(
    new Uint8Array(key.modulus.length).fill(2, 255),
    random,
  );
  return {
    name: 'RSA 2048, message',
    classes: FIXED,
    measurements: 5_000,
    prepare,
    run: () => void rsa.raisePrivate(key, secret, random),
  };
}

/** Whether a ciphertext was forged must not show (FIPS 203, 6.3). */
export function decapsulation(kem: Kem, random: Random): Subject {
  const { privateKey, publicKey } = kem.generate(random);
  const sent = kem.encapsulate(publicKey, random)?.ciphertext;
  if (sent === undefined) throw new Error('no ciphertext');
  const kinds = [sent, ...withWrongByte(sent, 0)];
  const ciphertext = new Uint8Array(sent.length);
  return {
    name: `${kem.name}, decapsulate`,
    classes: ['right', 'forged'],
    measurements: 3_000,
    prepare: (which) => select(ciphertext, kinds, which),
    run: () => void kem.decapsulate(privateKey, ciphertext),
  };
}

/** `bytes` with a bit changed at one place, and at another. */
export function withWrongByte(bytes: Uint8Array, ...places: readonly number[]): Uint8Array[] {
  return places.map((place) => bytes.map((byte, index) => (index === place ? byte ^ 1 : byte)));
}

/**
 * Sets `target` to one of two kinds, with the same instructions on the same addresses for both: caches and
 * the predictor of branches would remember a difference until the measurement.
 */
export function select(
  target: Uint8Array,
  [first, second]: readonly Uint8Array[],
  which: 0 | 1,
): void {
  const mask = MASKS[which];
  for (let i = 0; i < target.length; i++) target[i] = first[i] ^ ((first[i] ^ second[i]) & mask);
}

const MASKS = [0x00, 0xff] as const;

/** Both kinds are drawn; the first byte keeps random ones below orders and moduli. */
function fixedOrRandom(fixed: Uint8Array, random: Random) {
  const secret = new Uint8Array(fixed.length);
  const drawn = new Uint8Array(fixed.length);
  const kinds = [fixed, drawn];
  const prepare = (which: 0 | 1) => {
    random.fill(drawn);
    drawn[0] = fixed[0] & 0x7f;
    select(secret, kinds, which);
  };
  return { secret, prepare };
}
