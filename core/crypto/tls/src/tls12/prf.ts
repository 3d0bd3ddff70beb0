/** Secrets and keys (RFC 5246, 5, 6.3 and 8.1; RFC 7627). */
import { encodeUtf8 } from '@atoll/bytes/utf8';
import { Writer } from '@atoll/bytes/writer';
import type { HashAlgorithm } from '@atoll/primitives/hash';
import type { Purpose } from '../credentials.ts';
import type { Exporter } from '../step.ts';
import { Protection12 } from './protection.ts';
import type { EcdheSuite } from './suite.ts';

/** The PRF: `length` bytes of P_hash, from `label` and the parts of `seed` one after the other. */
export function prf(
  hash: HashAlgorithm,
  secret: Uint8Array,
  label: string,
  seed: readonly Uint8Array[],
  length: number,
): Uint8Array {
  const input = concat([encodeUtf8(label), ...seed]);
  const mac = hash.hmac(secret);
  const output = new Uint8Array(length);
  let link = input;
  for (let at = 0; at < length; at += hash.digestLength) {
    link = mac.update(link).tag();
    const block = mac.update(link).update(input).tag();
    output.set(block.subarray(0, length - at), at);
    block.fill(0);
  }
  mac.wipe();
  return output;
}

/** What the key exchange made, and the handshake up to the ClientKeyExchange, as one secret (RFC 7627, 4). */
export function masterSecret(
  hash: HashAlgorithm,
  shared: Uint8Array,
  sessionHash: Uint8Array,
): Uint8Array {
  return prf(hash, shared, 'extended master secret', [sessionHash], MASTER_LENGTH);
}

/** The verify_data of the Finished of `role`. */
export function verifyData(
  hash: HashAlgorithm,
  master: Uint8Array,
  role: Purpose,
  transcriptHash: Uint8Array,
): Uint8Array {
  return prf(hash, master, `${role} finished`, [transcriptHash], VERIFY_DATA_LENGTH);
}

export interface Randoms {
  readonly client: Uint8Array;
  readonly server: Uint8Array;
}

/** What protects the records of each role. */
export function protections(
  suite: EcdheSuite,
  master: Uint8Array,
  { client, server }: Randoms,
): { readonly [Role in Purpose]: Protection12 } {
  const { keyLength, nonceLength } = suite.aead;
  const saltLength = nonceLength - suite.explicitLength;
  const length = 2 * (keyLength + saltLength);
  const block = prf(suite.hash, master, 'key expansion', [server, client], length);
  const protection = (index: 0 | 1) => {
    const key = block.subarray(index * keyLength, (index + 1) * keyLength);
    const start = 2 * keyLength + index * saltLength;
    return new Protection12(suite, key, block.slice(start, start + saltLength));
  };
  const made = { client: protection(0), server: protection(1) };
  block.fill(0);
  return made;
}

/** The exporter of a connection (RFC 5705, 4); takes `master` over. */
export function exporter12(
  hash: HashAlgorithm,
  master: Uint8Array,
  { client, server }: Randoms,
): Exporter {
  return {
    export(label, context, length) {
      if (OWN_LABELS.has(label)) throw new Error(`${label} is a label of TLS itself`);
      const seed = [client, server];
      if (context !== undefined) {
        if (context.length > 0xffff) throw new RangeError('a context of over 65,535 bytes');
        seed.push(Uint8Array.of(context.length >> 8, context.length), context);
      }
      return prf(hash, master, label, seed, length);
    },
    wipe: () => void master.fill(0),
  };
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Writer(parts.reduce((sum, { length }) => sum + length, 0));
  for (const part of parts) out.bytes(part);
  return out.finish();
}

const OWN_LABELS: ReadonlySet<string> = /* @__PURE__ */ new Set([
  'client finished',
  'server finished',
  'master secret',
  'extended master secret',
  'key expansion',
]);
const MASTER_LENGTH = 48;
export const VERIFY_DATA_LENGTH = 12;
