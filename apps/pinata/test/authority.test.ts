import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFastPaths } from '@atoll/driver-node/fast';
import { Random } from '@atoll/sim/random';
import { lacks } from '@atoll/testbed/requirements';
import { emitPem } from '@atoll/x509/pem';
import { describe, expect, it } from 'vitest';
import { algorithms } from '../src/algorithms.ts';
import { Authority } from '../src/authority.ts';
import { SERVER_NAME, validityAt } from '../src/identities.ts';
import { KEY_KINDS, keyScheme } from '../src/key.ts';

const known = algorithms(createFastPaths({}));
const NOW = Date.now();
const validity = validityAt(NOW);
const names = [{ kind: 'dns', value: SERVER_NAME } as const];

describe.each(KEY_KINDS)('an authority with keys of %s', (kind) => {
  const authority = new Authority(known, keyScheme(kind, known), new Random(7), validity);
  const server = authority.issue({ title: 'Server', role: 'server', names }, validity);
  const client = authority.issue({ title: 'Client', role: 'client', names: [] }, validity);
  const verify = (chain: readonly Uint8Array[], role: 'server' | 'client', now = NOW) =>
    authority.verifier.verify(chain, role === 'server' ? SERVER_NAME : undefined, role, now).ok;

  it('lets in whom it signed, each in its role and for a year', () => {
    expect([verify(server.chain, 'server'), verify(client.chain, 'client')]).toEqual([true, true]);
    expect([verify(server.chain, 'client'), verify(client.chain, 'server')]).toEqual([
      false,
      false,
    ]);
    expect(verify(server.chain, 'server', validity.notAfter + 1000)).toBe(false);
    expect(verify(server.chain, 'server', validity.notBefore - 1000)).toBe(false);
  });

  it('has a key of its own for each', () => {
    const keys = [server, client].map(({ chain }) => Buffer.from(chain[0]).toString('hex'));
    expect(new Set(keys).size).toBe(2);
    expect(server.signers.length).toBeGreaterThan(0);
  });

  it.skipIf(lacks('openssl'))('is one for OpenSSL, too', () => {
    const folder = mkdtempSync(join(tmpdir(), 'atoll-pinata-'));
    const file = (name: string, bytes: Uint8Array) => {
      writeFileSync(join(folder, name), emitPem({ label: 'CERTIFICATE', bytes }));
      return join(folder, name);
    };
    const root = file('root.pem', authority.certificate);
    const verify = (purpose: string, bytes: Uint8Array) => {
      const words = ['verify', '-x509_strict', '-CAfile', root, '-purpose', purpose];
      execFileSync('openssl', [...words, file('peer.pem', bytes)], { stdio: 'pipe' });
    };
    try {
      verify('sslserver', server.chain[0]);
      verify('sslclient', client.chain[0]);
      expect(() => verify('sslclient', server.chain[0])).toThrow(/purpose/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
