import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { x509Signers } from '@atoll/tls/x509';
import { expect, it } from 'vitest';
import { run } from '../../src/process.ts';
import { lacks } from '../../src/requirements.ts';
import { GROUPS, SIGNATURES, SUITES } from './algorithms.ts';
import { Authority, type Issued } from './authority.ts';
import { Echo } from './endpoint.ts';

it.skipIf(lacks('openssl'))('OpenSSL takes the OCSP response that we show', async () => {
  const authority = new Authority();
  const own = authority.issue('server', 'server.example', 'P-256');
  const ocspResponse = ocspResponseFor(authority, own);
  const credentials = {
    chain: [own.certificate],
    signers: x509Signers(own.key, SIGNATURES),
    ocspResponse,
  };
  const echo = new Echo({ suites: SUITES, groups: GROUPS, credentials: () => [credentials] });
  try {
    const port = await echo.listen();
    const connect = ['openssl', 's_client', '-connect', `127.0.0.1:${port}`, '-tls1_3'];
    const asking = [...connect, '-CAfile', authority.rootFile, '-status'];
    const { stdout } = await run(asking, { input: 'Q\n' });
    expect(stdout).toContain('OCSP Response Status: successful');
    expect(stdout).toContain('Cert Status: good');
    const other = await run(connect, { input: 'Q\n' });
    expect(other.stdout).not.toContain('OCSP');
  } finally {
    echo.close();
    authority.close();
  }
});

/** What OpenSSL says in the name of `authority`: that the certificate is good. */
function ocspResponseFor(
  authority: Authority,
  { certificate, certificateFile }: Issued,
): Uint8Array {
  const { serialNumber, subject } = new X509Certificate(certificate);
  const index = authority.write(
    'index',
    `V\t400101000000Z\t\t${serialNumber}\tunknown\t/${subject}\n`,
  );
  const [request, response] = [`${index}.request`, `${index}.response`];
  const issuer = ['-issuer', authority.rootFile];
  const openssl = (...args: string[]) =>
    execFileSync('openssl', ['ocsp', ...args], { stdio: 'pipe' });
  openssl(...issuer, '-cert', certificateFile, '-no_nonce', '-reqout', request);
  const signer = [
    '-rsigner',
    authority.rootFile,
    '-rkey',
    authority.rootFile.replace('.pem', '.key'),
  ];
  const answer = ['-reqin', request, '-respout', response, '-ndays', '1'];
  openssl('-index', index, '-CA', authority.rootFile, ...signer, ...answer);
  return Uint8Array.from(readFileSync(response));
}
