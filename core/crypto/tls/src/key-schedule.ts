/** Secrets and keys (RFC 8446, 7). */
import { encodeUtf8 } from '@atoll/bytes/utf8';
import type { HashAlgorithm } from '@atoll/primitives/hash';
import { hkdfExpand, hkdfExtract } from '@atoll/primitives/hkdf';
import type { Exporter } from './step.ts';

/** HKDF-Expand-Label: `label` goes without its `tls13 `. */
export function expandLabel(
  hash: HashAlgorithm,
  secret: Uint8Array,
  label: string,
  context: Uint8Array,
  length: number,
): Uint8Array {
  const name = labelBytes(label);
  if (context.length > 255) throw new RangeError(`a context of ${context.length} bytes`);
  const info = new Uint8Array(3 + name.length + context.length);
  info[0] = length >>> 8;
  info[1] = length;
  info.set(name, 2);
  info[2 + name.length] = context.length;
  info.set(context, 3 + name.length);
  return hkdfExpand(hash, secret, info, length);
}

/** `label` with its prefix and its length, which a handshake asks for sixteen times. */
function labelBytes(label: string): Uint8Array {
  let bytes = LABELS.get(label);
  if (bytes === undefined) {
    const text = encodeUtf8(`tls13 ${label}`);
    if (text.length > 255) throw new RangeError(`a label of ${text.length} bytes`);
    bytes = Uint8Array.of(text.length, ...text);
    if (LABELS.size < LABELS_MOST) LABELS.set(label, bytes);
  }
  return bytes;
}

/** Those of the protocol, and of a few exporters. */
const LABELS = new Map<string, Uint8Array>();
const LABELS_MOST = 32;

/** Derive-Secret, of the hash of the transcript. */
export function deriveSecret(
  hash: HashAlgorithm,
  secret: Uint8Array,
  label: string,
  transcriptHash: Uint8Array,
): Uint8Array {
  return expandLabel(hash, secret, label, transcriptHash, hash.digestLength);
}

/** The chain of RFC 8446, 7.1: an early secret, then {@link toHandshake}, then {@link toMaster}. */
export class KeySchedule {
  readonly hash: HashAlgorithm;
  #secret: Uint8Array;

  /** Starts at the early secret, with a PSK or without. */
  constructor(hash: HashAlgorithm, psk: Uint8Array = new Uint8Array(hash.digestLength)) {
    this.hash = hash;
    this.#secret = hkdfExtract(hash, NOTHING, psk);
  }

  /** Goes on to the handshake secret; `shared` is the key exchange's. */
  toHandshake(shared: Uint8Array): void {
    this.#next(shared);
  }

  /** Goes on to the main secret. */
  toMaster(): void {
    this.#next(new Uint8Array(this.hash.digestLength));
  }

  derive(label: string, transcriptHash: Uint8Array): Uint8Array {
    return deriveSecret(this.hash, this.#secret, label, transcriptHash);
  }

  /** The key of binders of PSKs that came with a ticket. */
  binderKey(): Uint8Array {
    return this.derive('res binder', this.hash.digest(NOTHING));
  }

  /** Forgets the secret, as far as the language allows. */
  wipe(): void {
    this.#secret.fill(0);
  }

  #next(input: Uint8Array): void {
    const salt = this.derive('derived', this.hash.digest(NOTHING));
    this.#secret.fill(0);
    this.#secret = hkdfExtract(this.hash, salt, input);
    salt.fill(0);
  }
}

/** The verify_data of a Finished, or a binder: under `secret`, over the hash of the transcript. */
export function finishedMac(
  hash: HashAlgorithm,
  secret: Uint8Array,
  transcriptHash: Uint8Array,
): Uint8Array {
  const key = expandLabel(hash, secret, 'finished', NOTHING, hash.digestLength);
  const mac = hash.hmac(key);
  const tag = mac.update(transcriptHash).tag();
  mac.wipe();
  key.fill(0);
  return tag;
}

/** The traffic secret after a KeyUpdate (RFC 8446, 7.2). */
export function nextTrafficSecret(hash: HashAlgorithm, secret: Uint8Array): Uint8Array {
  return expandLabel(hash, secret, 'traffic upd', NOTHING, hash.digestLength);
}

/** The PSK of a ticket (RFC 8446, 4.6.1). */
export function resumptionPsk(
  hash: HashAlgorithm,
  resumptionSecret: Uint8Array,
  nonce: Uint8Array,
): Uint8Array {
  return expandLabel(hash, resumptionSecret, 'resumption', nonce, hash.digestLength);
}

/** The exporter of a connection; takes `exporterSecret` over. No context is the same as an empty one. */
export function exporter(hash: HashAlgorithm, exporterSecret: Uint8Array): Exporter {
  return {
    export: (label, context = NOTHING, length) =>
      exportKeyingMaterial(hash, exporterSecret, label, context, length),
    wipe: () => void exporterSecret.fill(0),
  };
}

/** Keying material for somebody else (RFC 8446, 7.5): `length` bytes, bound to `label` and `context`. */
export function exportKeyingMaterial(
  hash: HashAlgorithm,
  exporterSecret: Uint8Array,
  label: string,
  context: Uint8Array,
  length: number,
): Uint8Array {
  const secret = deriveSecret(hash, exporterSecret, label, hash.digest(NOTHING));
  const material = expandLabel(hash, secret, 'exporter', hash.digest(context), length);
  secret.fill(0);
  return material;
}

const NOTHING = new Uint8Array(0);
