import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Running, run } from '../../src/process.ts';
import { lacks } from '../../src/requirements.ts';
import { Authority } from '../tls/authority.ts';

const ATOLL = fileURLToPath(new URL('../../../builder/bin/atoll.mjs', import.meta.url));
const HOST = 'server.example';

/** What testssl.sh may find that is neither fine nor a mere fact, and why that is so. */
const REASONS: Readonly<Record<string, string>> = {
  engine_problem: 'it is about the OpenSSL that it uses itself',
  cert_chain_of_trust: 'the authority of a test is in no list',
  cert_expirationStatus: 'the certificate of a test is good for two days',
  cert_notAfter: 'likewise',
  cert_revocation: 'an authority of a test has no revocation list',
  DNS_CAArecord: 'a name of a test is in no zone',
  HSTS: 'the page is no web site',
  security_headers: 'likewise',
  HTTP_headerTime: 'likewise',
  sessionresumption_ticket:
    'its client leaves before a ticket can come; who stays resumes, as tests with OpenSSL show',
};

interface Finding {
  readonly id: string;
  readonly severity: string;
  readonly finding: string;
}

describe.skipIf(lacks('testssl', 'openssl'))('testssl.sh', () => {
  let authority: Authority;
  let server: Running;
  let port: string;
  beforeAll(async () => {
    authority = new Authority();
    const files = (['P-256', 'RSA'] as const).flatMap((kind) => {
      const { certificateFile, keyFile } = authority.issue('server', HOST, kind);
      return [`--cert=${certificateFile}`, `--key=${keyFile}`];
    });
    const command = [process.execPath, ATOLL, 'tls', 's_server', '127.0.0.1:0', '--www', ...files];
    server = new Running(command, { keepInput: true });
    [, port] = await server.says(/listening on 127\.0\.0\.1:(\d+)/, 30_000);
  }, 60_000);
  afterAll(async () => {
    await server.stop();
    authority.close();
  });

  it('finds nothing that we cannot give a reason for', { timeout: 600_000 }, async () => {
    // It does not write over a file.
    const file = authority.rootFile.replace('1.pem', 'findings.json');
    // Protocols, ciphers, the server's defaults, vulnerabilities.
    const options = '--quiet --color 0 --warnings off --ip 127.0.0.1 -p -s -S -U'.split(' ');
    const command = ['testssl', ...options, '--jsonfile', file, `${HOST}:${port}`];
    await run(command, { timeoutMs: 590_000 });
    const findings = JSON.parse(readFileSync(file, 'utf8')) as Finding[];
    const found = (id: string) => findings.find((one) => one.id === id)?.finding;
    // Its own hello of TLS 1.2 has no extended_master_secret, which we insist on; that of OpenSSL has.
    const offered = ['TLS1_3', 'TLS1_1', 'TLS1', 'SSLv3'].map(found);
    expect(offered).toEqual(['offered with final', 'not offered', 'not offered', 'not offered']);
    const bad = findings.filter(({ severity }) => severity !== 'OK' && severity !== 'INFO');
    expect(bad.filter(({ id }) => REASONS[id.split(' ')[0]] === undefined)).toEqual([]);
    expect(found('heartbleed')).toContain('not vulnerable');
    expect(found('ROBOT')).toContain('not vulnerable');
  });
});
