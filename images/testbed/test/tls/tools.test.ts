import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Ended } from '../../src/process.ts';
import { Running, run } from '../../src/process.ts';
import { lacks } from '../../src/requirements.ts';
import { Authority, type Issued, KEYS } from './authority.ts';

const ATOLL = fileURLToPath(new URL('../../../builder/bin/atoll.mjs', import.meta.url));
const HOST = 'server.example';
const SUITES = 'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256'.split(
  ':',
);
const GROUPS = ['x25519', 'secp256r1', 'secp384r1', 'secp521r1'];
const REQUEST = 'GET / HTTP/1.0\r\n\r\n';

const tool = (...words: string[]) => [process.execPath, ATOLL, 'tls', ...words];

describe('the tools for TLS', { timeout: 60_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'atoll-tls-tools-'));
  const started: Running[] = [];
  let authority: Authority | undefined;
  afterEach(async () => {
    for (const running of started.splice(0)) await running.stop();
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
    authority?.close();
  });

  /** Starts a server; answers its port, and the file with the certificate that it made, if it did. */
  async function serve(...options: string[]) {
    const running = new Running(tool('s_server', '127.0.0.1:0', ...options), { keepInput: true });
    started.push(running);
    const [, port] = await running.says(/listening on 127\.0\.0\.1:(\d+)/);
    const file = join(folder, `${port}.pem`);
    writeFileSync(file, running.output);
    return { running, to: `127.0.0.1:${port}`, file };
  }

  const connect = (to: string, input: string, ...options: string[]): Promise<Ended> =>
    run(tool('s_client', to, ...options), { input });

  it('serve a page with a certificate made on the fly, each suite and group, and resume', async () => {
    const { to, file } = await serve('--www');
    const trusting = [`--CAfile=${file}`, '--servername=localhost'];
    const session = join(folder, 'session');
    const first = await connect(to, REQUEST, ...trusting, `--sess_out=${session}`, '--msg');
    expect(first).toMatchObject({ status: 0, stdout: /^HTTP\/1.1 200 OK\r\n/ });
    expect(first.stdout).toContain(
      'TLS_AES_128_GCM_SHA256, X25519MLKEM768\nserver name  localhost',
    );
    expect(first.stderr).toMatch(/^> ClientHello .*\n< ServerHello /m);
    expect(first.stderr).toContain('certificate  0: CN=localhost, by CN=localhost, until ');
    const second = await connect(to, REQUEST, ...trusting, `--sess_in=${session}`, '--quiet');
    expect(second).toMatchObject({ status: 0, stderr: '', stdout: /, resumed/ });
    for (const [suite, group] of [
      ['TLS_AES_256_GCM_SHA384', 'secp521r1'],
      ['TLS_CHACHA20_POLY1305_SHA256', 'secp384r1'],
      ['TLS_AES_128_CCM_SHA256', 'secp256r1'],
    ]) {
      const sets = [`--ciphersuites=${suite}`, `--groups=${group}`];
      const { stdout, status } = await connect(to, REQUEST, ...trusting, ...sets);
      expect(stdout).toContain(`${suite}, ${group}`);
      expect(status).toBe(0);
    }
  });

  it('carry the terminal both ways, and end when both sides did', async () => {
    const { running, to, file } = await serve('--naccept=1', '--alpn=one,two');
    const alpn = ['--alpn=two,three', '--keymatexport=EXPORTER-test:16'];
    const trusting = [`--CAfile=${file}`, '--servername=localhost'];
    const client = new Running(tool('s_client', to, ...trusting, ...alpn), { keepInput: true });
    await client.says(/ALPN {9}two\n(.*\n)*exported {5}[0-9a-f]{32}\n/);
    client.feed('from the client\n');
    await running.says(/from the client\n/);
    running.feed('from the server\n');
    await client.says(/from the server\n/);
    running.endInput();
    client.endInput();
    expect((await client.ended).status).toBe(0);
    expect((await running.ended).status).toBe(0);
  });

  it('echo more than fits anywhere', async () => {
    const { to, file } = await serve('--echo');
    const input = 'a line that is not the shortest one\n'.repeat(100_000);
    const { stdout, status } = await connect(
      to,
      input,
      `--CAfile=${file}`,
      '--servername=localhost',
    );
    expect(status).toBe(0);
    expect(stdout === input).toBe(true);
  });

  it('speak TLS 1.2 where that is wanted', async () => {
    const { to, file } = await serve('--www');
    const trusting = [`--CAfile=${file}`, '--servername=localhost', '--tls1_2'];
    const { status, stdout } = await connect(to, REQUEST, ...trusting);
    expect(stdout).toContain('TLS 1.2, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, x25519');
    expect(status).toBe(0);
  });

  it('take early data once', async () => {
    const { running, to, file } = await serve('--www', '--early_data=100');
    const trusting = [`--CAfile=${file}`, '--servername=localhost'];
    const [session, early] = [join(folder, 'early-session'), join(folder, 'early')];
    writeFileSync(early, 'soon');
    await connect(to, REQUEST, ...trusting, `--sess_out=${session}`);
    const words = [...trusting, `--sess_in=${session}`, `--early_data=${early}`];
    const { stderr, stdout } = await connect(to, REQUEST, ...words);
    expect(stderr).toContain('early data   was taken');
    expect(stdout).toContain('200 OK');
    await running.says(/soon/);
  });

  it('say what failed, with the alert and who must act, and end with status 1', async () => {
    const { running, to, file } = await serve();
    const stranger = await connect(to, '', '--servername=localhost');
    expect(stranger).toMatchObject({
      status: 1,
      stderr:
        /failed: CN=localhost .*: its issuer is not known \(alert unknown_ca\); the peer must act\n$/,
    });
    await running.says(/failed: the peer sent unknown_ca; the peer refuses, and says no more/);
    const other = await connect(to, '', '--servername=other', `--CAfile=${file}`);
    expect(other).toMatchObject({ status: 1, stderr: /another name/ });
    const bold = await connect(to, '', '--servername=other', '--no_verify');
    expect(bold).toMatchObject({ status: 0, stderr: /^not verified: .*its issuer is not known/ });
    const [, port] = to.split(':');
    await running.stop();
    const nobody = await connect(`127.0.0.1:${port}`, '');
    expect(nobody).toMatchObject({ status: 1, stderr: /failed: the connection was refused/ });
  });

  describe.skipIf(lacks('openssl'))('beside OpenSSL', () => {
    let rootFile: string;
    let person: Issued;
    const servers = new Map<string, Issued>();
    beforeAll(() => {
      const made = new Authority();
      authority = made;
      rootFile = made.rootFile;
      person = made.issue('client', 'person.example', 'P-256');
      for (const kind of Object.keys(KEYS) as (keyof typeof KEYS)[]) {
        servers.set(kind, made.issue('server', HOST, kind));
      }
    }, 60_000);

    const filesOf = ({ certificateFile, keyFile }: Issued) => [certificateFile, keyFile] as const;

    it('serve its client with each suite, group and key', async () => {
      const ours = [...servers.values()].flatMap((issued) => {
        const [certificate, key] = filesOf(issued);
        return [`--cert=${certificate}`, `--key=${key}`];
      });
      const { to } = await serve('--www', ...ours);
      const signatures = ['ECDSA+SHA256', 'ECDSA+SHA384', 'ed25519', 'RSA-PSS+SHA256'];
      for (const [at, suite] of [...SUITES, SUITES[0]].entries()) {
        const sets = [
          '-ciphersuites',
          suite,
          '-groups',
          OPENSSL_GROUPS[at],
          '-sigalgs',
          signatures[at],
        ];
        const verify = ['-CAfile', rootFile, '-verify_return_error', '-verify_hostname', HOST];
        const command = ['openssl', 's_client', '-connect', to, '-servername', HOST, '-quiet'];
        const { stdout } = await run([...command, ...sets, ...verify], { input: REQUEST });
        expect(stdout).toContain(`${suite}, ${GROUPS[at]}`);
      }
    });

    it('ask its server, and show it who we are', async () => {
      for (const issued of servers.values()) {
        const [certificate, key] = filesOf(issued);
        const files = ['-cert', certificate, '-key', key, '-CAfile', rootFile];
        const verify = ['-Verify', '1', '-verify_return_error'];
        const command = ['openssl', 's_server', '-accept', '127.0.0.1:0', '-www', '-tls1_3'];
        const peer = new Running([...command, ...files, ...verify], { keepInput: true });
        started.push(peer);
        const [, port] = await peer.says(/ACCEPT 127\.0\.0\.1:(\d+)/);
        const who = [`--cert=${person.certificateFile}`, `--key=${person.keyFile}`];
        const trusting = [`--CAfile=${rootFile}`, `--servername=${HOST}`];
        const { stdout } = await connect(`127.0.0.1:${port}`, REQUEST, ...who, ...trusting);
        expect(stdout).toMatch(/Client certificate(.|\n)*CN ?= ?person\.example/);
      }
    });
  });
});

/** What OpenSSL calls {@link GROUPS}. */
const OPENSSL_GROUPS = ['X25519', 'P-256', 'P-384', 'P-521'];
