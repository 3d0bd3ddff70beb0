import type { AeadAlgorithm } from '@atoll/primitives/aead';
import type { Agreement } from '@atoll/primitives/agreement';
import { ecdsa } from '@atoll/primitives/ecdsa';
import type { Kem } from '@atoll/primitives/kem';
import type { RecordRuns } from '@atoll/primitives/records';
import { RECORD_OVERHEAD, RUN_BITS } from '@atoll/primitives/records';
import { withReferenceRuns } from '@atoll/primitives/reference/records';
import type { RsaPrivateKey } from '@atoll/primitives/rsa';
import { rsaPkcs1 } from '@atoll/primitives/rsa-pkcs1';
import { rsaPss } from '@atoll/primitives/rsa-pss';
import type { SignatureScheme } from '@atoll/primitives/signature';
import { Random } from '@atoll/sim/random';
import type { Provider } from './provider.ts';

export type Half = Omit<Provider, 'mlKem768'>;

/** Has two providers do the same with the same pseudo-random input; throws where they differ. */
export function compareProviders(a: Half, b: Half, key: RsaPrivateKey, random: Random): void {
  for (const name of Object.keys(a.hashes)) compareHashes(a, b, name, random);
  const aeads = (half: Half): AeadAlgorithm[] => [
    half.aesGcm[128],
    half.aesGcm[256],
    half.aesCcm(16, 16),
    half.aesCcm(32, 8),
    half.chacha20Poly1305,
  ];
  for (const [index, algorithm] of aeads(a).entries()) {
    compareAeads(algorithm, aeads(b)[index], random);
    compareRuns(algorithm, aeads(b)[index], random);
  }
  compareAgreements(a.x25519, b.x25519, random);
  for (const name of Object.keys(a.curves))
    compareAgreements(a.curves[name], b.curves[name], random);
  for (const [index, scheme] of schemesOf(a, key, random).entries()) {
    compareSchemes(scheme, schemesOf(b, key, random)[index], random);
  }
}

function compareHashes(a: Half, b: Half, name: string, random: Random): void {
  const pair = [a.hashes[name], b.hashes[name]];
  const key = random.bytes(random.below(200));
  const hashes = pair.map((hash) => hash.create());
  const macs = pair.map((hash) => hash.hmac(key));
  for (let piece = random.below(6); piece > 0; piece--) {
    const bytes = random.bytes(random.below(300));
    const start = random.below(bytes.length + 1);
    const end = start + random.below(bytes.length - start + 1);
    for (const each of [...hashes, ...macs]) each.update(bytes, start, end);
    agreeOn(`${name} so far`, ...hashes.map((hash) => hash.digest()));
    if (random.chance(0.3)) {
      const clones = hashes.map((hash) => hash.clone().update(key));
      agreeOn(`a clone of ${name}`, ...clones.map((hash) => hash.digest()));
    }
    if (random.chance(0.3)) agreeOn(`HMAC of ${name}`, ...macs.map((mac) => mac.tag()));
  }
  agreeOn(name, ...hashes.map((hash) => hash.digest()));
  const tags = macs.map((mac) => mac.tag());
  agreeOn(`HMAC of ${name}`, ...tags);
  // Whoever uses a result as a key still has it when the key is wiped.
  for (const [index, hash] of pair.entries()) hash.hmac(tags[index]).wipe();
  agreeOn(`HMAC of ${name}, after its use as a key`, ...tags);
  if (tags[0].every((byte) => byte === 0)) throw new Error(`${name}: wiped a key of others`);
}

/** What one seals the other opens, and neither opens it damaged. */
function compareAeads(a: AeadAlgorithm, b: AeadAlgorithm, random: Random): void {
  const [key, nonce] = [random.bytes(a.keyLength), random.bytes(a.nonceLength)];
  const associated = random.bytes(random.pick([0, 5, 13, 100]));
  const length = random.pick([0, 1, 15, 16, 17, 63, 64, 65, 255, 256, 257, random.below(2000)]);
  const isTagBehind = random.chance(0.5);
  const start = random.below(20) + (isTagBehind ? 0 : a.tagLength);
  const end = start + length;
  const tagStart = isTagBehind ? end + random.below(9) : start - a.tagLength;
  const plain = random.bytes(end + a.tagLength + 20);

  const sealed = [a, b].map((algorithm) => {
    const bytes = plain.slice();
    algorithm.withKey(key).seal(nonce, associated, bytes, start, end, tagStart);
    return bytes;
  });
  agreeOn(`${a.name} of ${length} bytes`, ...sealed);
  const damaged = sealed[0].slice();
  const places = length + a.tagLength;
  const place = random.below(places);
  const at = place < length ? start + place : tagStart + place - length;
  damaged[at] ^= 1 << random.below(8);
  for (const algorithm of [a, b]) {
    const aead = algorithm.withKey(key);
    const bytes = sealed[0].slice();
    if (!aead.open(nonce, associated, bytes, start, end, tagStart)) throw new Error('not opened');
    agreeOn(`plaintext of ${a.name}`, bytes.slice(start, end), plain.slice(start, end));
    const copy = damaged.slice();
    if (aead.open(nonce, associated, copy, start, end, tagStart)) throw new Error('forged');
    damaged.fill(0, start, end);
    agreeOn(`a forgery of ${a.name}`, copy, damaged);
    damaged.set(sealed[0]);
    damaged[at] ^= 1 << random.below(8);
  }
}

/** What one seals in a run the other opens, up to the first record that is damaged or odd, which stays as it is. */
function compareRuns(a: AeadAlgorithm, b: AeadAlgorithm, random: Random): void {
  const key = random.bytes(a.keyLength);
  const aeads = [a, b].map((algorithm) => algorithm.withKey(key));
  if (aeads.every(({ runs }) => runs === undefined)) return;
  const all = aeads.map(({ runs }, index) => {
    return runs ?? (withReferenceRuns([a, b][index]).withKey(key).runs as RecordRuns);
  });
  const iv = random.bytes(a.nonceLength);
  const sequence = random.pick([0, 255, 2 ** 32 - 2, 2 ** 48]) + random.below(3);
  const content = random.bytes(random.below(3000));
  const longest = random.pick([1, 63, 500, 2 ** 14]);
  const records = Math.ceil(content.length / longest);
  const [sealed, alike] = all.map((runs) => {
    const into = new Uint8Array(content.length + records * RECORD_OVERHEAD);
    runs.seal(iv, sequence, content, longest, into);
    return into;
  });
  agreeOn(`a run of ${a.name}`, sealed, alike);
  // Behind it one that says it is an alert inside; before that, maybe damage.
  const last = Uint8Array.of(23, 3, 3, 0, 19, 1, 0, 21, ...new Uint8Array(16));
  aeads[0].seal(numbered(iv, sequence + records), last.slice(0, 5), last, 5, 8, 8);
  // An image passes no more than 65,535 arguments to a function.
  const rest = random.bytes(random.below(30));
  const stream = new Uint8Array(sealed.length + last.length + rest.length);
  stream.set(sealed);
  stream.set(last, sealed.length);
  stream.set(rest, sealed.length + last.length);
  if (random.chance(0.5)) stream[random.below(stream.length)] ^= 1 << random.below(8);
  const limit = random.chance(0.8) ? 2 ** 14 + 1 : longest;
  const opened = all.map((runs) => {
    const bytes = stream.slice();
    const run = runs.open(iv, sequence, bytes, limit);
    return { bytes, run };
  });
  const [{ run, bytes }, { run: otherRun, bytes: otherBytes }] = opened;
  if (run !== otherRun) throw new Error(`runs of ${a.name}: ${run} and ${otherRun}`);
  // What a run leaves between what it read and what it made of that is nobody's.
  const taken = run % 2 ** RUN_BITS;
  const end = 5 + taken - (run >>> RUN_BITS) * RECORD_OVERHEAD;
  agreeOn(`contents of a run of ${a.name}`, bytes.slice(5, end), otherBytes.slice(5, end));
  agreeOn('what follows a run', bytes.slice(taken), stream.slice(taken));
  agreeOn('what follows a run', otherBytes.slice(taken), stream.slice(taken));
}

/** The nonce of a record (RFC 8446, 5.3). */
function numbered(iv: Uint8Array, sequence: number): Uint8Array {
  let number = BigInt(sequence);
  const nonce = iv.slice();
  for (let at = nonce.length - 1; number > 0n; number >>= 8n) nonce[at--] ^= Number(number & 255n);
  return nonce;
}

function compareAgreements(a: Agreement, b: Agreement, random: Random): void {
  const [ours, theirs] = [a.generate(random), b.generate(random)];
  for (const { privateKey, publicKey } of [ours, theirs]) {
    agreeOn(`public key of ${a.name}`, a.publicKey(privateKey), b.publicKey(privateKey));
    agreeOn(`public key of ${a.name}`, a.publicKey(privateKey), publicKey);
  }
  const damaged = theirs.publicKey.slice();
  damaged[random.below(damaged.length)] ^= 1 << random.below(8);
  for (const peer of [theirs.publicKey, damaged, random.bytes(damaged.length)]) {
    const secrets = [a, b].map((group) => group.agree(ours.privateKey, peer));
    agreeOn(`secret of ${a.name}`, ...secrets.map((secret) => secret ?? new Uint8Array(0)));
  }
  const [one, other] = [
    a.agree(ours.privateKey, theirs.publicKey),
    b.agree(theirs.privateKey, ours.publicKey),
  ];
  if (one === undefined || other === undefined) throw new Error('no secret');
  agreeOn(`secret of ${a.name}`, one, other);
}

/** From the same randomness comes the same, and damage makes the same secret that nobody has. */
export function compareKems(a: Kem, b: Kem, random: Random): void {
  const seed = random.below(2 ** 32);
  const [{ privateKey, publicKey }, other] = [a, b].map((kem) => kem.generate(new Random(seed)));
  agreeOn(`public key of ${a.name}`, publicKey, other.publicKey);
  agreeOn(`private key of ${a.name}`, privateKey, other.privateKey);
  const [sent, alike] = [a, b].map((kem) => kem.encapsulate(publicKey, new Random(seed + 1)));
  if (sent === undefined || alike === undefined) throw new Error(`${a.name}: no ciphertext`);
  agreeOn(`ciphertext of ${a.name}`, sent.ciphertext, alike.ciphertext);
  agreeOn(`secret of ${a.name}`, sent.shared, alike.shared);
  const damaged = sent.ciphertext.slice();
  damaged[random.below(damaged.length)] ^= 1 << random.below(8);
  for (const ciphertext of [sent.ciphertext, damaged, random.bytes(damaged.length)]) {
    const [one, two] = [a, b].map((kem) => kem.decapsulate(privateKey, ciphertext));
    if (one === undefined || two === undefined) throw new Error(`${a.name}: no secret`);
    agreeOn(`secret of ${a.name}`, one, two);
  }
}

interface BoundScheme {
  readonly name: string;
  sign(message: Uint8Array): Uint8Array;
  verify(message: Uint8Array, signature: Uint8Array): boolean;
}

/** Keys are the same for the same scheme of both providers. */
function schemesOf(half: Half, rsaKey: RsaPrivateKey, random: Random): BoundScheme[] {
  const { hashes, curves, ed25519, rsa } = half;
  const bind = <Public, Private>(
    scheme: SignatureScheme<Public, Private>,
    publicKey: Public,
    privateKey: Private,
  ): BoundScheme => ({
    name: scheme.name,
    sign: (message) => scheme.sign(privateKey, message, random),
    verify: (message, signature) => scheme.verify(publicKey, message, signature),
  });
  const fixed = (length: number) => new Uint8Array(length).fill(0x51, 2);
  const onCurve = (name: string, hash: string) => {
    const privateKey = fixed(curves[name].scalarLength);
    return bind(ecdsa(curves[name], hashes[hash]), curves[name].publicKey(privateKey), privateKey);
  };
  return [
    bind(ed25519, ed25519.publicKey(fixed(32)), fixed(32)),
    onCurve('secp256r1', 'SHA-256'),
    onCurve('secp384r1', 'SHA-384'),
    onCurve('secp521r1', 'SHA-512'),
    bind(rsaPkcs1(rsa, hashes['SHA-256']), rsaKey, rsaKey),
    bind(rsaPss(rsa, hashes['SHA-384'], 20), rsaKey, rsaKey),
  ];
}

/** What one signs the other verifies, and both judge damage alike. */
function compareSchemes(a: BoundScheme, b: BoundScheme, random: Random): void {
  const message = random.bytes(random.below(300));
  for (const [signer, verifier] of [
    [a, b],
    [b, a],
  ]) {
    const signature = signer.sign(message);
    if (!verifier.verify(message, signature)) throw new Error(`${a.name}: refused`);
    const damaged = signature.slice();
    damaged[random.below(damaged.length)] ^= 1 << random.below(8);
    const other = Uint8Array.of(...message, 1);
    for (const scheme of [a, b]) {
      if (scheme.verify(message, damaged)) throw new Error(`${a.name}: a forgery`);
      if (scheme.verify(other, signature)) throw new Error(`${a.name}: another message`);
    }
  }
}

/** Of two providers, in their order. */
function agreeOn(what: string, ...outputs: readonly Uint8Array[]): void {
  const [one, other] = outputs;
  if (one.length === other.length && one.every((byte, index) => byte === other[index])) return;
  throw new Error(`${what}: ${one.join()} and ${other.join()}`);
}
