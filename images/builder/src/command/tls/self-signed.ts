import { nodeEntropy } from '@atoll/driver-node/entropy';
import type { Credentials } from '@atoll/tls/credentials';
import { x509Signers } from '@atoll/tls/x509';
import { peerExtensions } from '@atoll/x509/emit-extension';
import { emitCertificate, keyIdentifier, newSerial } from '@atoll/x509/issue';
import { emitName } from '@atoll/x509/name';
import { emitPublicKey } from '@atoll/x509/public-key';
import { p256, SIGNATURES, sha256 } from './algorithms.ts';

/** A certificate for the server `name` and this host, with a P-256 key that is as new; it is good for 30 days. */
export function selfSigned(name: string, now: number): Credentials {
  const { privateKey, publicKey: point } = p256.generate(nodeEntropy);
  const key = { kind: 'ec', curve: 'secp256r1', scalar: privateKey } as const;
  const publicKey = emitPublicKey({ kind: 'ec', curve: 'secp256r1', point });
  const subject = emitName([['CN', name]]);
  const own = keyIdentifier(publicKey, sha256);
  const names = [...new Set([name, 'localhost'])].map((value) => ({ kind: 'dns', value }) as const);
  const loopback = { kind: 'ip', value: Uint8Array.of(127, 0, 0, 1) } as const;
  const [signature] = SIGNATURES;
  const certificate = emitCertificate(
    {
      serial: newSerial(nodeEntropy),
      issuer: subject,
      subject,
      publicKey,
      notBefore: now - HOUR,
      notAfter: now + 30 * 24 * HOUR,
      extensions: peerExtensions(
        { own, issuer: own },
        { names: [...names, loopback], roles: ['server'] },
      ),
    },
    { key, signature },
    nodeEntropy,
  );
  return { chain: [certificate], signers: x509Signers(key, SIGNATURES) };
}

const HOUR = 3_600_000;
