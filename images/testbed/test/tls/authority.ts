import { execFileSync } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Certificate } from '@atoll/x509/certificate';
import { parseCertificate } from '@atoll/x509/certificate';
import { parsePem } from '@atoll/x509/pem';
import type { PrivateKey } from '@atoll/x509/private-key';

/** A certificate of {@link Authority}, for OpenSSL as files and for ourselves as bytes. */
export interface Issued {
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly certificate: Uint8Array;
  readonly key: PrivateKey;
}

/** How OpenSSL calls the kinds of keys that ours can sign with. */
export const KEYS = {
  'P-256': ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  'P-384': ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-384'],
  Ed25519: ['-newkey', 'ed25519'],
  RSA: ['-newkey', 'rsa:2048'],
} as const;

/** An authority that OpenSSL makes in a folder of its own. */
export class Authority {
  readonly rootFile: string;
  readonly root: Certificate;
  readonly #folder = mkdtempSync(join(tmpdir(), 'atoll-tls-'));
  #made = 0;

  constructor() {
    const { certificateFile, certificate } = this.#make(
      [...KEYS['P-256'], '-subj', '/CN=Test root', '-x509'],
      ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign,cRLSign'],
    );
    this.rootFile = certificateFile;
    const parsed = parseCertificate(certificate);
    if (!parsed.ok) throw new Error(parsed.error.reason);
    this.root = parsed.value;
  }

  issue(purpose: 'server' | 'client', name: string, kind: keyof typeof KEYS): Issued {
    const issuer = ['-CA', this.rootFile, '-CAkey', this.#path(1, 'key')];
    return this.#make(
      [...KEYS[kind], '-subj', `/CN=${name}`, '-x509', ...issuer],
      [
        `subjectAltName=DNS:${name}`,
        `extendedKeyUsage=${purpose}Auth`,
        'keyUsage=critical,digitalSignature',
        'basicConstraints=critical,CA:FALSE',
      ],
    );
  }

  /** A file beside the others; answers its path. */
  write(name: string, text: string): string {
    const path = join(this.#folder, name);
    writeFileSync(path, text);
    return path;
  }

  /** Removes the files. */
  close(): void {
    rmSync(this.#folder, { recursive: true });
  }

  #make(options: readonly string[], extensions: readonly string[]): Issued {
    const number = ++this.#made;
    const [certificateFile, keyFile] = [this.#path(number, 'pem'), this.#path(number, 'key')];
    const added = extensions.flatMap((extension) => ['-addext', extension]);
    const files = ['-nodes', '-days', '2', '-keyout', keyFile, '-out', certificateFile];
    execFileSync('openssl', ['req', ...options, ...added, ...files], { stdio: 'pipe' });
    const blocks = parsePem(readFileSync(certificateFile, 'latin1'));
    if (!blocks.ok) throw new Error(blocks.error.reason);
    const key = privateKey(readFileSync(keyFile, 'latin1'));
    return { certificateFile, keyFile, certificate: blocks.value[0].bytes, key };
  }

  #path(number: number, suffix: string): string {
    return join(this.#folder, `${number}.${suffix}`);
  }
}

/** The boot arguments of an appliance that shows `issued`. */
export function bootWords({ certificateFile, keyFile }: Issued): string[] {
  return [`--certificate=${derOf(certificateFile)}`, `--key=${derOf(keyFile)}`];
}

/** The Base64 inside a PEM file. */
export function derOf(file: string): string {
  return readFileSync(file, 'latin1')
    .split('\n')
    .filter((line) => !line.startsWith('-'))
    .join('');
}

function privateKey(pem: string): PrivateKey {
  const key = createPrivateKey(pem);
  const jwk = key.export({ format: 'jwk' });
  const number = (text = '') => Uint8Array.from(Buffer.from(text, 'base64url'));
  if (jwk.kty === 'OKP') return { kind: 'ed25519', seed: number(jwk.d) };
  if (jwk.kty === 'EC') {
    const curve = jwk.crv === 'P-256' ? 'secp256r1' : 'secp384r1';
    return { kind: 'ec', curve, scalar: number(jwk.d) };
  }
  return {
    kind: 'rsa',
    modulus: number(jwk.n),
    exponent: number(jwk.e),
    privateExponent: number(jwk.d),
    prime1: number(jwk.p),
    prime2: number(jwk.q),
    exponent1: number(jwk.dp),
    exponent2: number(jwk.dq),
    coefficient: number(jwk.qi),
  };
}
