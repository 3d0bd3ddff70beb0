/** Certificates, keys and sessions in files. */
import { readFileSync, writeFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import type { Result } from '@atoll/result/result';
import type { Credentials } from '@atoll/tls/credentials';
import type { Session } from '@atoll/tls/session';
import { x509Signers } from '@atoll/tls/x509';
import { type Certificate, parseCertificate } from '@atoll/x509/certificate';
import { parsePem } from '@atoll/x509/pem';
import { findPrivateKey } from '@atoll/x509/private-key';
import { UsageError } from '../../usage.ts';
import type { Words } from '../command.ts';
import { last } from '../command.ts';
import { password, SIGNATURES } from './algorithms.ts';

/** A chain of certificates and its key for each `--cert`, of which each has its `--key`, or the key inside. */
export function credentialsOf(words: Words): Credentials[] {
  const certificates = words.options.get('cert') ?? [];
  const keys = words.options.get('key') ?? [];
  if (keys.length > certificates.length) throw new UsageError('--key without --cert');
  return certificates.map((file, index) => {
    const chain = certificatesIn(file).map(({ bytes }) => bytes);
    const keyFile = keys[index] ?? file;
    const secret = password(last(words, 'pass') ?? '');
    const key = inFile(keyFile, findPrivateKey(blocksIn(keyFile), secret));
    const signers = x509Signers(key, SIGNATURES);
    if (signers.length === 0) throw new UsageError(`${keyFile}: a key that signs no handshake`);
    return { chain, signers };
  });
}

/** The certificates in `file`, at least one. */
export function certificatesIn(file: string): Certificate[] {
  const blocks = blocksIn(file).filter(({ label }) => label === 'CERTIFICATE');
  if (blocks.length === 0) throw new UsageError(`${file}: no certificate`);
  return blocks.map(({ bytes }) => inFile(file, parseCertificate(bytes)));
}

/** The roots of the public web, as Node.js has them from Mozilla; without those that are malformed to us. */
export function publicRoots(): Certificate[] {
  return rootCertificates.flatMap((pem) => {
    const blocks = parsePem(pem);
    const parsed = blocks.ok ? parseCertificate(blocks.value[0].bytes) : undefined;
    return parsed?.ok ? [parsed.value] : [];
  });
}

/** Only for its owner: whoever reads it can be us once more. */
export function writeSession(file: string, session: Session): void {
  const text = JSON.stringify(session, (_, value) =>
    value instanceof Uint8Array ? { base64: Buffer.from(value).toString('base64') } : value,
  );
  writeFileSync(file, `${text}\n`, { mode: 0o600 });
}

export function readSession(file: string): Session {
  try {
    const session = JSON.parse(readFileSync(file, 'utf8'), (_, value) =>
      typeof value?.base64 === 'string'
        ? Uint8Array.from(Buffer.from(value.base64, 'base64'))
        : value,
    );
    const isWhole = session.psk instanceof Uint8Array && session.ticket instanceof Uint8Array;
    if (isWhole && typeof session.expires === 'number' && typeof session.hash === 'string') {
      return session;
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new UsageError(`${file}: no session that s_client wrote`);
}

function blocksIn(file: string) {
  return inFile(file, parsePem(readFileSync(file, 'latin1')));
}

function inFile<T>(file: string, result: Result<T>): T {
  if (result.ok) return result.value;
  throw new UsageError(`${file}: ${result.error.reason}`);
}
